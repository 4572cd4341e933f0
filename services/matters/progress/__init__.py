"""进展: what was done in a week, what is next, what is late and why; all of it out of the events."""
