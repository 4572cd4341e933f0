"""The cookies of the pages."""

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.responses import Response

from services.settings import Settings

LANGUAGE = "lianban-lang"
ELDER = "lianban-elder"
"""长辈版, while it is switched on."""
SIGN_IN = "lianban"
CODE, JOURNEY = "lianban-code", "lianban-journey"
"""What a browser holds for minutes: that it asked for a code, that it is away at a sign-in service."""
VOICE = "lianban-voice"
"""The code by which somebody without an account changes what he said in a deliberation."""
READER = "lianban-reader"
"""What tells a browser that said that an answer helped from another one."""
BACK = "lianban-back"
"""Where somebody was when a sign-in ran out; for half an hour."""
VISIT = "lianban-visit"
"""That a link was opened in this browser; bound to the page that it leads to."""


def is_https(settings: Settings) -> bool:
    """Whether people reach the pages over https."""
    return urlsplit(settings.public_url).scheme == "https"


def cookie_name(settings: Settings, name: str = SIGN_IN, path: str = "/") -> str:
    """`__Host-` binds the cookie to this host and to https, `__Secure-` one of a path to https alone."""
    if not is_https(settings):
        return name
    return f"__Host-{name}" if path == "/" else f"__Secure-{name}"


def set_cookie(
    response: Response,
    settings: Settings,
    name: str,
    value: str,
    *,
    lasts: timedelta,
    path: str = "/",
) -> None:
    """Let the browser keep something, out of reach of scripts; a link from another site brings it along."""
    response.set_cookie(
        cookie_name(settings, name, path),
        value,
        max_age=int(lasts.total_seconds()),
        path=path,
        secure=is_https(settings),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        cookie_name(settings, name), path="/", secure=is_https(settings), httponly=True, samesite="lax"
    )
