"""The tasks. `celery -A tasks` finds the application in `tasks.celery`; importing a part of this needs no settings."""
