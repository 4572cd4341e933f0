"""Strangers' pictures: redrawn by a child process that may do little, kept by the hash of what they became.

Nothing here knows of orders; `services.photos` does.
"""
