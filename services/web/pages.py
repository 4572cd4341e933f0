"""What the templates are given, and how they are rendered."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from lucide.jinja import lucide
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from services.callers import Caller
from services.execute import Shop
from services.settings import Settings
from services.views import labels
from services.views.catalogues import words_in
from services.views.language import Language, day_text, language_of, span_text, time_text
from services.web.coming_back import came_from
from services.web.cookies import ELDER, LANGUAGE, cookie_name, set_cookie
from services.web.navigation import ways

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " media-src 'self' blob:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_A_YEAR = timedelta(days=365)

HTMX = Path(str(files("js_lib_htmx"))) / "static" / "htmx"
"""htmx as its wheel has it."""

templates = Jinja2Templates(directory=FOLDER / "templates")
templates.env.add_extension("jinja2.ext.i18n")
templates.env.trim_blocks = templates.env.lstrip_blocks = True
templates.env.globals["icon"] = lucide
_FILES = [HTMX / "htmx.min.js", *sorted(one for one in STATIC.rglob("*") if one.is_file())]
# Changes with the files, so that browsers may keep them for good.
EDITION = hashlib.sha256(b"".join(one.read_bytes() for one in _FILES)).hexdigest()[:12]


def page_language(request: Request) -> Language:
    """What the address asks for (`?lang=en`), else what was chosen before, else what the browser prefers."""
    before = request.cookies.get(cookie_name(settings_of(request), LANGUAGE))
    for chosen in (request.query_params.get("lang"), before):
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


def is_elder(request: Request) -> bool:
    """Whether the visitor switched 长辈版 on."""
    return request.cookies.get(cookie_name(settings_of(request), ELDER)) == "on"


def caller_of(request: Request) -> Caller:
    """Whom the guard let in."""
    caller: Caller = request.state.caller
    return caller


def render(
    request: Request,
    name: str,
    values: Mapping[str, Any],
    status: int = 200,
) -> HTMLResponse:
    """A page in the visitor's language."""
    language = page_language(request)
    said = words_in(language)
    caller = getattr(request.state, "caller", None)
    page = templates.TemplateResponse(
        request,
        name,
        {
            "lang": language,
            "gettext": said.gettext,
            "ngettext": said.ngettext,
            "elder": is_elder(request),
            "ways": ways(caller, request.url.path, said.gettext) if caller else (),
            "label": lambda table, code: labels.label(getattr(labels, table), code, language),
            "day": lambda at, zone: day_text(at, zone, language),
            "time": lambda at, zone: time_text(at, zone, language),
            "clock": lambda at, zone: time_text(at, zone, language).rpartition(" ")[2],
            "span": lambda seconds: span_text(int(seconds), language),
            "edition": EDITION,
            "here": quote(_own_page(request)),
            "in_other_language": _in_other_language(request, language),
            "signed_in": caller is not None,
            **values,
        },
        status_code=status,
        headers={"Content-Security-Policy": POLICY, "Content-Language": language},
    )
    if request.query_params.get("lang") == language:
        set_cookie(page, settings_of(request), LANGUAGE, language, lasts=_A_YEAR)
    return page


def _own_page(request: Request) -> str:
    """Where the page can be looked at again: what answers to a form alone leads back to the form's page."""
    if request.method in {"GET", "HEAD"}:
        return request.url.path
    return came_from(request, settings_of(request)).partition("?")[0] or "/"


def _in_other_language(request: Request, language: Language) -> str:
    """The query of the same page in the other language: what was chosen on it stays chosen."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return urlencode([*kept, ("lang", "en" if language == "zh" else "zh")])


def seconds_until(at: datetime | None, now: datetime) -> float | None:
    """Seconds to an instant; negative once it has passed."""
    return None if at is None else (at - now).total_seconds()
