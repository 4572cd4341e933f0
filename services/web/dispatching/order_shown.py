"""The page of an order with its forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from models.domain.policy import WORKING
from models.domain.streams import Actor
from services import desk, voices
from services.matters.questions.answered import public_answer
from services.matters.topics.acting import topics_about
from services.matters.venues.waiting import waiting_for
from services.store.contacts import Contact, read_craftsman
from services.store.contexts import Sql
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.events import seen_events
from services.views.found import Found, find
from services.views.history import read_history
from services.views.neighbours import for_neighbours
from services.views.order import seen_view
from services.web.dispatching.order_forms import forms_of
from services.web.dispatching.words import ACTIONS
from services.web.order_page import values_of
from services.web.pages import caller_of, page_language, render, settings_of, shop_of


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says of what was just sent."""

    did: str = ""
    """The action that was recorded."""
    refused: str = ""
    form: str = ""
    """Of which form."""
    typed: Mapping[str, str] = field(default_factory=dict)
    since: list[str] = field(default_factory=list)
    """What happened since the page was made."""
    contact: Contact | None = None
    link: str = ""
    """A craftsman's, shown this once."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What one's own party arranged, and nobody else sees."""

    handler: str | None = None
    craftsman: Contact | None = None
    may_write: bool = False


def read_people(sql: Sql, site_id: int) -> dict[str, list[tuple[str, str]]]:
    """Who does a party's work, by party: code and name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for party, code, name in sql.execute(
        "SELECT party, code, name FROM member WHERE site_id = %s AND party IS NOT NULL"
        " AND role IN ('handler', 'lead') ORDER BY party, role, code",
        (site_id,),
    ):
        found.setdefault(party, []).append((code, name))
    return found


def read_own(sql: Sql, found: Found, actor: Actor) -> Mine:
    """The party's own handler and craftsman; nothing for who does not do a party's work."""
    may_write = actor.role in WORKING
    own = found.order.assignments.get(actor.party or "") if may_write else None
    if own is None:
        return Mine(may_write=may_write)
    name = sql.execute(
        "SELECT name FROM member WHERE site_id = %s AND code = %s", (found.key.site_id, own.handler)
    ).fetchone()
    craftsman = read_craftsman(sql, found.key, own.craftsman.id) if own.craftsman else None
    return Mine(name[0] if name else None, craftsman, may_write)


def drawn(address: str) -> str:
    """An address as a QR code, for a phone that stands beside."""
    return segno.make(address, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff")


def show_order(request: Request, code: str, said: Said, status: int = 200) -> HTMLResponse:
    """One order: what can be done with it, a lane a party, and all that happened. Raises UnknownStream."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    key = desk.key_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, language)
        actor = caller.at(key.site_id)
        order, events = seen_view(sql, found, actor), seen_events(sql, found, actor)
        history = read_history(sql, found)
        has_voice = hasattr(order, "description") and voices.is_kept(sql, key)
        topics = topics_about(sql, key)
        waiting, answer = waiting_for(shop, sql, found), public_answer(sql, found)
        people, mine = read_people(sql, key.site_id), read_own(sql, found, actor)
    say = words_in(language).gettext
    did = say(ACTIONS[said.did][0]) if said.did in ACTIONS else ""
    return render(
        request,
        "order.html",
        {
            "p": values_of(found, order, events, history, topics),
            "forms": forms_of(
                found, order, actor.party, people if mine.may_write and hasattr(order, "outside") else {}
            ),
            "said": said,
            "link_picture": Markup(drawn(said.link)) if said.link else "",  # noqa: S704 - drawn by segno
            "did": did,
            "own": actor.party,
            "mine": mine,
            "voice": has_voice,
            "waiting": waiting,
            "answer": answer,
            "share": for_neighbours(shop, found, settings_of(request).public_url) if mine.may_write else None,
            "party_names": {code: found.party(code).name for code in found.context.site.parties},
            "here": f"/o/{code}",
        },
        status,
    )
