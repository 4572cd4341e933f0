"""The public board `/public/SITE`, and what its short links lead to, `/s/CODE`."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse

from services.actions.bodies import ORDER_CODE, SITE_CODE
from services.matters.works.telling import told_works
from services.privacy import codes
from services.views.board import Line, board, public_order
from services.views.catalogues import words_in
from services.views.language import Language
from services.web.matters.venues_public import told_rooms
from services.web.pages import page_language, render, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

HEADERS = {
    "Cache-Control": "private, max-age=10",
    # The look and the language stand in cookies.
    "Vary": "Cookie, Accept-Language",
    "X-Robots-Tag": "noindex",
}
STEPS = ("reported", "open", "awaiting_review", "closed")
_AT = {"triage": 0, "unrouted": 0, "reported": 0, "reopened": 1, "open": 1, "awaiting_review": 2, "closed": 3}
"""How far along its way an order is, by its status."""

SitePath = Annotated[str, Path(max_length=40)]
CodePath = Annotated[str, Path(max_length=60)]


def _shown(request: Request, name: str, values: dict[str, Any]) -> HTMLResponse:
    page = render(request, name, values)
    # A page that sets a cookie is one visitor's.
    page.headers.update({} if "set-cookie" in page.headers else HEADERS)
    return page


def _nothing(request: Request, title: str, detail: str) -> HTMLResponse:
    return render(request, "board/nothing.html", {"title": title, "detail": detail}, 404)


@router.get("/public/{site}")
def public_board(request: Request, site: SitePath) -> HTMLResponse:
    """What is open, what is late, what got done this week, and how it is with the rooms."""
    shop, language = shop_of(request), page_language(request)
    number = codes.site_of(shop.engine, site) if _is(SITE_CODE, site) else None
    if number is None:
        _ = words_in(language).gettext
        return _nothing(
            request,
            _("没有这个公示板"),
            _("地址里的场所代码不对。请重新扫描海报上的二维码，或向居委会询问。"),
        )
    return _shown(
        request,
        "board/board.html",
        {
            "b": board(shop, number, language),
            "told": told_rooms(request, number, language),
            "works": told_works(shop, number, language),
        },
    )


@router.get("/s/{code}")
def public_page(request: Request, code: CodePath) -> HTMLResponse:
    """One order, as the board has it."""
    language = page_language(request)
    found = _find(request, code, language) if _is(ORDER_CODE, code) else None
    if found is None:
        say = words_in(language).gettext
        return _nothing(
            request,
            say("没有这张公开的工单"),
            say("编号不对，或者它已并入另一张工单、已作废。请到公示板上查看。"),
        )
    site = code.partition("-")[0]
    values = {"one": found, "site": site, "at": _AT[found.status], "steps": STEPS}
    return _shown(request, "board/order.html", values)


def _find(request: Request, code: str, language: Language) -> Line | None:
    shop = shop_of(request)
    site, _, number = code.partition("-")
    site_id = codes.site_of(shop.engine, site)
    return None if site_id is None else public_order(shop, site_id, int(number), language)


def _is(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None
