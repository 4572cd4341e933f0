"""What the templates are given, and how they are rendered."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from services.callers import Caller
from services.execute import Shop
from services.settings import Settings
from services.views import labels
from services.views.language import Language, Words, day_text, language_of, say, span_text, time_text
from services.web.cookies import LANGUAGE, is_https
from services.web.words import word

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_A_YEAR = 31_536_000

templates = Jinja2Templates(directory=FOLDER / "templates")
# Changes with the files, so that browsers may keep them for good.
EDITION = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(STATIC.iterdir()))).hexdigest()[:12]


def page_language(request: Request) -> Language:
    """What the address asks for (`?lang=en`), else what was chosen before, else what the browser prefers."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
        if chosen in {"zh", "en"}:
            return cast("Language", chosen)
    return language_of(request.headers.get("accept-language"))


def shop_of(request: Request) -> Shop:
    """The process's workshop."""
    shop: Shop = request.app.state.shop
    return shop


def settings_of(request: Request) -> Settings:
    """The process's settings."""
    told: Settings = request.app.state.settings
    return told


def caller_of(request: Request) -> Caller:
    """Whom the guard let in."""
    caller: Caller = request.state.caller
    return caller


def render(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page in the visitor's language."""
    language = page_language(request)
    page = templates.TemplateResponse(
        request,
        name,
        {
            "lang": language,
            "t": lambda key: word(key, language),
            "label": lambda table, code: labels.label(getattr(labels, table), code, language),
            "day": lambda at, zone: day_text(at, zone, language),
            "time": lambda at, zone: time_text(at, zone, language),
            "clock": lambda at, zone: time_text(at, zone, language).rpartition(" ")[2],
            "span": lambda seconds: span_text(int(seconds), language),
            "edition": EDITION,
            "here": request.url.path,
            "in_other_language": _in_other_language(request, language),
            "signed_in": getattr(request.state, "caller", None) is not None,
            **values,
        },
        status_code=status,
        headers={"Content-Security-Policy": POLICY, "Content-Language": language},
    )
    if request.query_params.get("lang") == language:
        page.set_cookie(
            LANGUAGE, language, max_age=_A_YEAR, samesite="lax", secure=is_https(settings_of(request))
        )
    return page


def _in_other_language(request: Request, language: Language) -> str:
    """The query of the same page in the other language: what was chosen on it stays chosen."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return urlencode([*kept, ("lang", word("other_language", language))])


def show_error(request: Request, status: int, title: Words, detail: Words) -> HTMLResponse:
    """A page that says what is the matter, in the page's language."""
    language = page_language(request)
    return render(
        request, "error.html", {"title": say(title, language), "detail": say(detail, language)}, status
    )


def seconds_until(at: datetime | None, now: datetime) -> float | None:
    """Seconds to an instant; negative once it has passed."""
    return None if at is None else (at - now).total_seconds()
