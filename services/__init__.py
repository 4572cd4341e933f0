"""What we do, and how people reach it."""
