"""公开答复: answered questions published, searched and counted."""
