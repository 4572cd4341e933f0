"""议事 “议”五一识 as people meet it: proposed, said, answered, agreed on, carried out."""
