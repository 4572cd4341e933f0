"""议事 “议”五一识: residents deliberate a topic to one consensus, which is published and carried out."""
