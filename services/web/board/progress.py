"""每周进展 on the public board: out of the events, week by week."""

from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse

from services.actions.bodies import SITE_CODE
from services.execute import UnknownStream
from services.matters.progress.reading import NoWeek, progress
from services.matters.progress.views import ProgressView
from services.matters.progress.weeks import WEEK
from services.privacy import codes
from services.views.catalogues import words_in
from services.views.language import Language, day_text
from services.web.pages import page_language, render, shop_of

router = APIRouter(prefix="/public", include_in_schema=False, default_response_class=HTMLResponse)

SitePath = Annotated[str, Path(pattern=SITE_CODE)]


@router.get("/{site}/progress")
def this_week(request: Request, site: SitePath) -> HTMLResponse:
    """The week that is under way."""
    return _shown(request, site, None)


@router.get("/{site}/progress/{week}")
def one_week(request: Request, site: SitePath, week: Annotated[str, Path(pattern=WEEK)]) -> HTMLResponse:
    """A week as it was when it ended."""
    return _shown(request, site, week)


def _shown(request: Request, site: str, week: str | None) -> HTMLResponse:
    shop, language = shop_of(request), page_language(request)
    number = codes.site_of(shop.engine, site)
    if number is None:
        raise UnknownStream(site)
    try:
        found = progress(shop, number, week, language)
    except NoWeek:
        _ = words_in(language).gettext
        values = {"title": _("没有这一周"), "detail": _("这一周还没有到，或地址写错了。请从公示板进来。")}
        return render(request, "board/nothing.html", values, 404)
    return render(request, "board/progress.html", _values(found, site, language))


def _values(found: ProgressView, site: str, language: Language) -> dict[str, Any]:
    def date_text(at: date) -> str:
        return day_text(datetime.combine(at, time(12), ZoneInfo(found.zone)), found.zone, language)

    return {"p": found, "base": f"/public/{site}/progress", "date": date_text}
