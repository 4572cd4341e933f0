"""替代场地: rooms closed for a time, where their activities are meanwhile, calendars of rooms."""
