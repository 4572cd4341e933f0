"""What goes into an export: a script that needs Python alone, and how to use it."""
