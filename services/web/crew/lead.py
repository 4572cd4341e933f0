"""A party's lead makes crew links, sees what became of them, and revokes them."""

from collections.abc import Mapping
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.policy import Permission
from services import crew_links
from services.callers import Caller, NotPermitted
from services.store.contexts import read_sites
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, party_name
from services.web.pages import caller_of, page_language, render, settings_of, shop_of

WAY = "/crew"
router = APIRouter(prefix=WAY, include_in_schema=False, default_response_class=HTMLResponse)
Name = Annotated[str, Form(max_length=crew_links.LONGEST_NAME)]


@router.get("")
def links_page(request: Request) -> HTMLResponse:
    """The party's crew links."""
    return _page(request, {})


@router.post("/make")
def make(request: Request, name: Name = "", member: Annotated[str, Form(max_length=64)] = "") -> Response:
    """A new link; its address is shown this once."""
    caller = caller_of(request)
    site_id, party = _place(caller)
    _ = words_in(page_language(request)).gettext
    if not name.strip() and not member:
        return _page(request, {"refused": _("请写明给谁用，比如“王师傅”")}, 422)
    with transaction(shop_of(request).engine, [site_id]) as sql:
        known = dict(_members(request, site_id, party))
        wanted = crew_links.For(
            site_id, party, name.strip() or known.get(member, ""), member if member in known else None
        )
        address = crew_links.create(sql, wanted, settings_of(request).public_url)
    picture = segno.make(address, error="m").svg_inline(border=2, dark="#000", light="#fff", omitsize=True)
    made = {"address": address, "for_whom": wanted.name, "picture": Markup(picture)}  # noqa: S704 - drawn by segno
    return _page(request, made)


@router.post("/revoke")
def revoke(request: Request, link: Annotated[str, Form(pattern="^[0-9a-f]{16}$")]) -> Response:
    """End one of the party's links at once."""
    site_id, party = _place(caller_of(request))
    with transaction(shop_of(request).engine, [site_id]) as sql:
        crew_links.revoke(sql, site_id, link, party)
    return RedirectResponse(WAY, 303)


def _place(caller: Caller) -> tuple[int, str]:
    """At which site, and for which party, the caller lets people in. Raises NotPermitted."""
    for site_id in caller.sites_where(Permission.MANAGE_PEOPLE):
        party = caller.at(site_id).party
        if party is not None:
            return site_id, party
    raise NotPermitted


def _members(request: Request, site_id: int, party: str) -> list[tuple[str, str]]:
    """Who acts for the party, by code and name."""
    with transaction(shop_of(request).engine, [site_id]) as sql:
        rows = sql.execute(
            "SELECT code, name FROM member WHERE site_id = %s AND party = %s AND role IN ('handler', 'lead')"
            " ORDER BY name",
            (site_id, party),
        )
        return [(code, name) for code, name in rows]


def _page(request: Request, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
    site_id, party = _place(caller_of(request))
    language: Language = page_language(request)
    shop = shop_of(request)
    with transaction(shop.engine, [site_id]) as sql:
        site = shop.contexts.of(sql, read_sites(sql, [site_id])[site_id]).site
        listed = crew_links.listed(sql, site_id, party)
    shown = {
        "party": party_name(party, site, language),
        "zone": site.zone,
        "listed": listed,
        "members": _members(request, site_id, party),
        "states": _states(language),
        "most": crew_links.MOST_USES,
    }
    return render(request, "crew/links.html", {**shown, **values}, status)


def _states(language: Language) -> dict[str, str]:
    _ = words_in(language).gettext
    return {
        "open": _("可用"),
        "revoked": _("已撤销"),
        "expired": _("已到期"),
        "used up": _("打开次数已用完"),
        "ended": _("持有人已不在本单位"),
    }
