"""施工告知 for everybody: the page that the code on the wall opens."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse

from models.domain.orders.rules import Context
from models.domain.streams import SYSTEM
from services.actions.bodies import SITE_CODE
from services.matters.works.reading import public_works
from services.matters.works.views import when, whole
from services.privacy import codes
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.web.matters.venues_public import HEADERS
from services.web.matters.works_shown import common
from services.web.pages import page_language, render, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/public/{site}/works/{number}")
def works_page(
    request: Request,
    site: Annotated[str, Path(max_length=40)],
    number: Annotated[str, Path(pattern=r"^[0-9]{1,18}$")],
) -> HTMLResponse:
    """When, which rooms, where to go, whom to call."""
    shop, language = shop_of(request), page_language(request)
    site_id = codes.site_of(shop.engine, site) if re.fullmatch(SITE_CODE, site) else None
    found = []
    if site_id is not None:
        with transaction(shop.engine, [site_id]) as sql:
            found = public_works(shop, sql, site_id, int(number))
    if not found:
        _ = words_in(language).gettext
        nothing = {"title": _("没有这次施工"), "detail": _("地址不对。请从公示板或墙上的告知单进来。")}
        return render(request, "board/nothing.html", nothing, 404)
    view = whole(found[0], SYSTEM, language)
    values = {
        **common(found[0].context, language),
        "v": view,
        "noise": _noise(found[0].context),
        "when": when(found[0].state.plan, found[0].context.site.zone, language),
    }
    page = render(request, "matters/works_public.html", values)
    # A page that sets a cookie is one visitor's.
    page.headers.update({} if "set-cookie" in page.headers else HEADERS)
    return page


def _noise(context: Context) -> str:
    """The category under which works at forbidden hours are reported; the list of all where there is none."""
    barred = (one.code for one in context.playbook.categories.values() if one.barred)
    return next((f"/{code}" for code in barred), "")
