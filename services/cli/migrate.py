"""`lianban migrate`: bring the schema up to date; `up` does it by itself."""

from services.cli.operating import console, plainly


def migrate() -> None:
    """Bring the database's schema up to date; nothing happens where it is.

    Example: LIANBAN_DATABASE_URL=postgresql://… ./lianban migrate
    """
    with plainly():
        from services.cli.schema import bring_up_to_date, newest_revision, revision_of
        from services.settings import settings

        url = settings().database_url
        before = revision_of(url)
        bring_up_to_date(url)
        after = newest_revision()
        told = f"already at {after}" if before == after else f"from {before or 'empty'} to {after}"
        console().print(f"The database's schema is up to date ({told}).")
