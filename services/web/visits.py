"""The cookie of a page that a secret opened: it may be looked at again without the secret, for a while.

It holds what opened the page, sealed for the one path that it is sent to.
"""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from services.secrets import CannotOpen, ring_of
from services.web.cookies import VISIT, cookie_name, set_cookie
from services.web.pages import settings_of

LASTS = timedelta(hours=2)
"""Since the page was last shown."""


def keep(
    request: Request, response: Response, path: str, opened_by: str, *, lasts: timedelta = LASTS
) -> None:
    """Let the browser show the page at the path again; `opened_by` has no space in it."""
    told = settings_of(request)
    until = datetime.now(UTC) + lasts
    sealed = ring_of(told).seal(f"{opened_by} {until.timestamp():.0f}", _row(path))
    set_cookie(response, told, VISIT, sealed, lasts=lasts, path=path)


def visited(request: Request, path: str) -> str | None:
    """What opened the page at a path in this browser, if that is not too long ago."""
    told = settings_of(request)
    try:
        opened = ring_of(told).open(request.cookies.get(cookie_name(told, VISIT, path), ""), _row(path))
    except CannotOpen:
        return None
    opened_by, _, until = opened.partition(" ")
    return opened_by if datetime.now(UTC).timestamp() < int(until) else None


def _row(path: str) -> str:
    return f"{VISIT} {path}"
