"""A backup: all that is kept of an installation in one file, and an installation made from such a file."""
