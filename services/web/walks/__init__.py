"""Walks 巡查 on the phone: room by room, then one notice, then what became of it."""
