"""The administration: how a site is set up, and changed while it works."""
