"""What things are: pure rules, tables, migrations."""
