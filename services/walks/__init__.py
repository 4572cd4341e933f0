"""Walks 巡查: carried out on the phone, read for pages, written as papers."""
