"""The page behind a link by which a party's lead signs minutes 协调纪要: what they say, and one button."""

from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.links import SIGN, Link
from services.matters.kit import Doer
from services.matters.meetings import acting
from services.matters.meetings.refusing import why
from services.matters.meetings.views import whole
from services.notify import record
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.web import link_visits
from services.web.forms import Asked
from services.web.matters.meetings_shown import words_for
from services.web.pages import page_language, render, settings_of, shop_of


def sign(request: Request, link: Link, asked: Asked) -> Response:
    """Sign the draft that the page showed; whoever signed already comes back to the page."""
    one, draft = _doer(request, link), asked.fields.get("draft", "")
    number = int(draft) if draft.isdecimal() and len(draft) < len("10000") else 0
    ticket = Ticket.of(
        actor=link.caller.id,
        route=f"sign {link.key.stream_id} {number}",
        key=asked.key or uuid4().hex,
        site_id=link.key.site_id,
        body=b"",
        status=200,
    )
    refused = acting.sign(one, link.key, number, ticket).refused
    if refused is not None:
        site = acting.found_meeting(one, link.key).context.site
        return show(request, link, refused=why(refused, page_language(request), site))
    with transaction(one.shop.engine, [link.key.site_id]) as sql:
        record.acted(sql, link.delivery_id, link.now)
    return RedirectResponse(f"{link_visits.path_of(link)}?did={SIGN}", 303)


def show(request: Request, link: Link, *, did: str = "", refused: str = "") -> HTMLResponse:
    """The minutes, who has signed, and the button; nothing of what was said beforehand."""
    language, at = page_language(request), link_visits.path_of(link)
    found = acting.found_meeting(_doer(request, link), link.key)
    values = {
        "m": whole(found, link.caller.at(link.key.site_id), language),
        "zone": found.context.site.zone,
        "at": at,
        "here": at,
        "did": did,
        "refused": refused,
        "key": uuid4().hex,
    }
    page = render(request, "link_signing.html", words_for(language) | values, 409 if refused else 200)
    link_visits.keep(request, page, link)
    return page


def _doer(request: Request, link: Link) -> Doer:
    return Doer(shop_of(request), settings_of(request), link.caller)
