"""Where somebody was whose sign-in ran out, so that he comes back to it, and to what he had typed there."""

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from services.settings import Settings
from services.web.cookies import BACK, cookie_name, drop_cookie, set_cookie

LONGEST = 400
LASTS = timedelta(minutes=30)


def own_path(wanted: str) -> str:
    """A path of this host; the first page where something else is wanted, such as another host."""
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_own and len(wanted) <= LONGEST else "/"


def came_from(request: Request, settings: Settings) -> str:
    """The page of this host that the request came from, with its query; empty where there is none."""
    parts = urlsplit(request.headers.get("referer", ""))
    is_ours = parts.netloc in {request.headers.get("host"), urlsplit(settings.public_url).netloc}
    return own_path(parts.path + (f"?{parts.query}" if parts.query else "")) if is_ours else ""


def remember(request: Request, response: Response, settings: Settings) -> None:
    """Keep the page that was asked for, or the one whose form was sent."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    path = own_path(asked) if request.method == "GET" else came_from(request, settings)
    if path not in {"", "/"}:
        set_cookie(response, settings, BACK, path, lasts=LASTS)


def lead_back(request: Request, response: Response, settings: Settings) -> None:
    """Let somebody who is signed in now go on where he was."""
    kept = request.cookies.get(cookie_name(settings, BACK))
    if kept:
        response.headers["location"] = own_path(kept)
        drop_cookie(response, settings, BACK)
