"""What a run has led to, without what differs from run to run by nature: ids, hashes, the site's numbers."""

import json
from collections.abc import Mapping
from typing import Any

from models.domain.streams import StreamKey
from services.audit.whole import audit
from services.execute import Shop
from services.store.contexts import Sql
from services.store.transactions import transaction

Image = dict[str, Any]

_EVENTS = "SELECT convert_from(payload, 'UTF8') FROM event WHERE (site_id, stream_id) = (%s, %s) ORDER BY seq"
_TABLES = {
    "stream": (
        "SELECT seq, status, category, severity, origin, colour, supervised, parties, holders, reported_at,"
        " promised_at, closed_at, updated_at FROM stream WHERE (site_id, stream_id) = (%s, %s)"
    ),
    "timers": (
        "SELECT deadline_id, generation, fire_at, party, kind FROM timer"
        " WHERE (site_id, stream_id) = (%s, %s)"
    ),
    "routing": "SELECT wanted_at FROM routing WHERE (site_id, stream_id) = (%s, %s)",
    "firings": (
        "SELECT deadline_id, rung, occurrence, seq, due_at, fired_at, skipped FROM firing"
        " WHERE (site_id, stream_id) = (%s, %s)"
    ),
    "notices": (
        "SELECT seq, party, role, why, urgency, created_at, send_at, expanded_at, outcome FROM notice"
        " WHERE (site_id, stream_id) = (%s, %s)"
    ),
    "deliveries": (
        "SELECT d.party, d.member, d.kind, d.state, d.created_at, d.finished_at, (SELECT"
        " array_agg((n.seq, n.party, n.role)::text ORDER BY n.seq, n.party, n.role) FROM notice n"
        " WHERE n.id = ANY (d.notice_ids)) FROM delivery d WHERE (d.site_id, d.stream_id) = (%s, %s)"
    ),
    "phones": (
        "SELECT p.at, p.party, p.member, p.address, p.why FROM phone p"
        " WHERE (p.site_id, p.stream_id) = (%s, %s)"
    ),
    "texts": "SELECT kind, body FROM private_row WHERE (site_id, stream_id) = (%s, %s)",
}


def image_of(shop: Shop, orders: Mapping[int, StreamKey]) -> Image:
    """Everything that is kept of the orders, and what the auditor says of all."""
    found: Image = {}
    with transaction(shop.engine) as sql:
        for number, key in sorted(orders.items()):
            found[f"order {number}"] = _order(sql, key)
        rows = sql.execute("SELECT count(*) FROM stream").fetchone()
        found["orders"] = rows
        found["answers"] = sql.execute("SELECT count(*) FROM idempotency").fetchone()
    found["drift"] = [f"{one.kind}: {one.what}" for one in list(audit(shop))[-1].drift]
    return found


def _order(sql: Sql, key: StreamKey) -> Image:
    place = (key.site_id, key.stream_id)
    image: Image = {
        name: sorted(repr(row) for row in sql.execute(query.encode(), place))
        for name, query in _TABLES.items()
    }
    image["events"] = [_plain(json.loads(row[0])) for row in sql.execute(_EVENTS.encode(), place)]
    return image


def _plain(value: Any) -> Any:
    """Without ids and commitments of texts, which are drawn anew at each try."""
    if isinstance(value, dict):
        if value.keys() >= {"id", "commitment"}:
            return "text"
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def difference(expected: Image, found: Image) -> str | None:
    """The first thing in which two images differ, in words; None where they are one."""
    for name in sorted({*expected, *found}):
        before, after = expected.get(name), found.get(name)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            return f"{name}, {difference(before, after)}"
        return f"{name}: expected {_short(before)}, found {_short(after)}"
    return None


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) < 400 else f"{text[:400]}…"
