"""The ledger of an order as people may see it: what happened, when, by which party, in plain words."""

import json
from collections.abc import Mapping
from typing import Any

from models.domain.orders.kind import ORDER
from models.domain.streams import Actor, StreamKey
from services.callers import Caller
from services.execute import Shop
from services.store.contexts import Sql
from services.store.private import read_texts
from services.store.transactions import transaction
from services.views.cursors import Cursors
from services.views.found import Found, find
from services.views.language import Language
from services.views.models import ActorView, EventsPage, EventView
from services.views.orders import Part
from services.views.seen import cut, public, sights_of, types_seen
from services.views.sentences import Teller

_TEXTS = ("note", "reason", "text", "description")


def events_page(
    shop: Shop, caller: Caller, key: StreamKey, part: Part, *, cursors: Cursors, language: Language
) -> EventsPage:
    """A part of the order's ledger, oldest first.

    Raises:
        UnknownStream: there is no such order, or the caller may not see it.
        BadCursor: the cursor belongs to another ledger.
    """
    scope = ["events", key.site_id, key.stream_id]
    after = cursors.read(scope, part.cursor)[0] if part.cursor else 0
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, language)
        items = seen_events(sql, found, caller.at(key.site_id), after=after, limit=part.limit + 1)
    kept = items[: part.limit]
    return EventsPage(
        items=kept, next=cursors.make(scope, [kept[-1].seq]) if len(items) > part.limit else None
    )


def seen_events(
    sql: Sql, found: Found, actor: Actor, *, after: int = 0, limit: int | None = None
) -> list[EventView]:
    """Those events of an order that the actor may see, cut to what he may see of them."""
    seen = sights_of(actor, found)
    whole = read_events(sql, found, after=after, limit=limit, types=types_seen(seen))
    return [cut(one, seen) for one in whole]


def read_events(
    sql: Sql, found: Found, *, after: int = 0, limit: int | None = None, types: list[str] | None = None
) -> list[EventView]:
    """Events of an order that was found, uncut; `types` None: all."""
    place = (found.key.site_id, found.key.stream_id)
    rows = sql.execute(
        "SELECT seq, payload, digest FROM event WHERE site_id = %s AND stream_id = %s AND seq > %s"
        " AND (%s::text[] IS NULL OR type = ANY (%s)) ORDER BY seq LIMIT %s",
        (*place, after, types, types, limit),
    ).fetchall()
    texts = read_texts(sql, found.key)
    teller = teller_of(found, _subjects(sql, found.key))
    return [_event(seq, json.loads(payload), digest, texts, teller) for seq, payload, digest in rows]


def teller_of(found: Found, subjects: Mapping[int, tuple[str, str]]) -> Teller:
    """Who tells the order's events in the language asked for."""
    rules = found.context.playbook.categories.values()
    names = {one.code: (found.language == "en" and one.name_en) or one.name for one in rules}
    return Teller(found.context.site, names, found.site.code, subjects, found.language)


def _subjects(sql: Sql, key: StreamKey) -> dict[int, tuple[str, str]]:
    """Whose each deadline and request is: later events name them by id alone."""
    rows = sql.execute(
        "SELECT payload FROM event WHERE site_id = %s AND stream_id = %s"
        " AND type IN ('DeadlineSet', 'RequestMade')",
        (key.site_id, key.stream_id),
    )
    found = {}
    for (payload,) in rows:
        data = json.loads(payload)["data"]
        subject = data.get("deadline") or data.get("request")
        found[subject["id"]] = (subject["party"], subject["kind"])
    return found


def _event(
    seq: int, image: Mapping[str, Any], digest: bytes, texts: Mapping[str, str], teller: Teller
) -> EventView:
    data = ORDER.upcast(image["type"], image["v"], image["data"])
    return EventView(
        seq=seq,
        type=image["type"],
        version=image["v"],
        at=image["at"],
        actor=ActorView(role=image["actor"]["role"], party=image["actor"].get("party")),
        data=public(data),
        text=teller.tell(image["type"], data, image["actor"]),
        words=_words(data, texts),
        hash=digest.hex(),
    )


def _words(data: Mapping[str, Any], texts: Mapping[str, str]) -> str | None:
    inner = [data.get("request", {}), data]
    for holder in inner:
        for name in _TEXTS:
            ref = holder.get(name)
            if isinstance(ref, dict) and ref.get("id") in texts:
                return texts[ref["id"]]
    return None
