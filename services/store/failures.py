"""What may be kept of an error: its kind and our own place, never the data that it was about."""

import traceback
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
OURS = ("models", "services", "workers")


def words_of(error: BaseException) -> str:
    """An error without its message, which may repeat a text, a name or a number.

    Kind, what the database says of the rule that was broken, the sentence of an exception of ours, and where.
    """
    parts = [type(error).__name__]
    if isinstance(error, psycopg.Error):
        parts += [f"SQLSTATE {error.sqlstate}"] if error.sqlstate else []
        parts += [error.diag.constraint_name] if error.diag.constraint_name else []
    if type(error).__module__.partition(".")[0] in OURS and error.__doc__:
        parts.append(" ".join(error.__doc__.split()))
    place = _place(error)
    return " ".join((": ".join(parts), f"({place})" if place else "")).strip()


def _place(error: BaseException) -> str | None:
    """The innermost line of ours that it passed through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in OURS:
            return f"{path.relative_to(ROOT)}:{frame.lineno}"
    return None
