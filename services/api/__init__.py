"""The HTTP API: thin routes over the desk and the views, one table of problems, one guard at the door."""
