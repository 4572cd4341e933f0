"""What happens with nobody waiting: the Celery lanes, and the pulse that finds what they missed."""
