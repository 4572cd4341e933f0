"""替代场地: a room is closed for a time, its activities move with it, and come back."""
