"""Posters in one tap: of one room, or of all."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from starlette.responses import HTMLResponse, Response

from models.domain.policy import Permission
from services.actions.bodies import SITE_CODE
from services.execute import UnknownStream
from services.views.catalogues import words_in
from services.views.posters import NoPosters, UnknownRoom, posters, sheets_of
from services.web.pages import caller_of, page_language, render, settings_of, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SitePath = Annotated[str, Path(pattern=SITE_CODE)]


def _site_of(request: Request, code: str) -> int:
    caller = caller_of(request)
    number = caller.sites.get(code)
    if number is None or not caller.may(Permission.SEE_SITE, number):
        raise UnknownStream(code)
    return number


def _refused(request: Request) -> HTMLResponse:
    _ = words_in(page_language(request)).gettext
    detail = _(
        "现在的网址只有这台机器打得开，别人扫不开。请管理员设置 LIANBAN_PUBLIC_URL，见“管理”的“开始使用”。"
    )
    return render(request, "error.html", {"title": _("还不能印海报"), "detail": detail}, 409)


@router.get("/posters")
def posters_page(request: Request) -> HTMLResponse:
    """The rooms of the caller's sites, each with its poster."""
    shop, settings, caller = shop_of(request), settings_of(request), caller_of(request)
    sites = []
    try:
        for _, number in sorted(caller.sites.items()):
            if caller.may(Permission.SEE_SITE, number):
                sites.append(sheets_of(shop, settings, number))
    except NoPosters:
        return _refused(request)
    return render(request, "board/posters.html", {"sites": sites})


@router.get("/posters/{site}.pdf")
def posters_file(
    request: Request, site: SitePath, room: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """The sheets as a PDF to print."""
    number = _site_of(request, site)
    rooms = [room] if room else []
    try:
        pdf = posters(shop_of(request), settings_of(request), number, rooms, page_language(request))
    except NoPosters:
        return _refused(request)
    except UnknownRoom:
        raise HTTPException(404) from None
    name = f"{site}-{room}" if room else site
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return Response(pdf, media_type="application/pdf", headers=headers)
