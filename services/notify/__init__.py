"""Sending: a notice of the core becomes messages to people, over their channels, with what became of each."""
