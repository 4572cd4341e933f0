"""The cookies of the pages."""

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.responses import Response

from services.identity.sign_ins import LASTS
from services.settings import Settings

LANGUAGE = "lianban-lang"
SIGN_IN = "lianban"
CODE, JOURNEY = "lianban-code", "lianban-journey"
"""What a browser holds for minutes: that it asked for a code, that it is away at a sign-in service."""


def is_https(settings: Settings) -> bool:
    """Whether people reach the pages over https."""
    return urlsplit(settings.public_url).scheme == "https"


def cookie_name(settings: Settings, name: str = SIGN_IN) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse it elsewhere."""
    return f"__Host-{name}" if is_https(settings) else name


def set_sign_in(response: Response, settings: Settings, secret: str) -> None:
    """Let the browser keep its sign-in, out of reach of scripts."""
    response.set_cookie(
        cookie_name(settings),
        secret,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=is_https(settings),
        httponly=True,
        samesite="lax",
    )


def drop_sign_in(response: Response, settings: Settings) -> None:
    """Let the browser forget its sign-in."""
    drop_cookie(response, settings, SIGN_IN)


def set_short_cookie(response: Response, settings: Settings, name: str, value: str, lasts: timedelta) -> None:
    """Let the browser keep something for a few minutes; it also comes back from another site's page."""
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=is_https(settings),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        cookie_name(settings, name), path="/", secure=is_https(settings), httponly=True, samesite="lax"
    )
