"""A city's case file, driven row by row through the real path on a clock of its own."""
