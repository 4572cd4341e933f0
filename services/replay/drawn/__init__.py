"""Drawn places and things for the pictures of a story."""
