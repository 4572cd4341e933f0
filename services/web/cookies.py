"""The cookies of the pages."""

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.responses import Response

from services.settings import Settings

SIGNED_IN_FOR = timedelta(days=30)
LANGUAGE = "lianban-lang"


def is_https(settings: Settings) -> bool:
    """Whether people reach the pages over https."""
    return urlsplit(settings.public_url).scheme == "https"


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse it elsewhere."""
    return "__Host-lianban" if is_https(settings) else "lianban"


def set_sign_in(response: Response, settings: Settings, secret: str) -> None:
    """Let the browser keep its sign-in, out of reach of scripts."""
    response.set_cookie(
        cookie_name(settings),
        secret,
        max_age=int(SIGNED_IN_FOR.total_seconds()),
        path="/",
        secure=is_https(settings),
        httponly=True,
        samesite="lax",
    )


def drop_sign_in(response: Response, settings: Settings) -> None:
    """Let the browser forget its sign-in."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=is_https(settings), httponly=True, samesite="lax"
    )
