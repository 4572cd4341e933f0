"""For everybody: the public board of a site, and the public page of an order."""

FOLDERS = ("/public/", "/s/")
"""Where its pages are, open to people without an account."""
