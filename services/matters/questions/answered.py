"""Questions that were answered: orders of their own kind, until somebody publishes what they taught."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from models.domain.codec import decode
from models.domain.matters.questions.kind import ANSWER, may_moderate
from models.domain.matters.questions.state import AnswerStatus
from models.domain.orders.events import AssignmentDone
from models.domain.orders.kind import ORDER
from models.domain.orders.refusals import BadValue
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.playbook.model import OrderKind
from models.domain.policy import Sight
from models.domain.streams import StreamKey
from models.domain.words import AssignmentState, Duty
from services.execute import UnknownStream
from services.matters.kit import Doer
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.private import read_texts
from services.store.transactions import now_of
from services.views.found import Found, find
from services.views.seen import sights_of

WAITS_FOR = timedelta(days=60)
"""An older question that nobody published is not proposed any more; it still can be."""
MOST_WAITING = 50
_ANSWERED = {AssignmentState.DONE, AssignmentState.VERIFIED}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked, and as its lead answered it: the original words, for who moderates."""

    key: StreamKey
    code: str
    space: str
    party: str
    question: str
    answer: str


def answered_by(one: Doer, sql: Sql, key: StreamKey) -> Asked:
    """A question that can be published.

    Raises:
        UnknownStream: there is no such order, or the caller does not see what it says.
        BadValue: it is no answered question, or its reporter wants it private.
    """
    found = find(one.shop, sql, one.caller, key, "zh")
    if not {Sight.MATTER, Sight.WHOLE} & set(sights_of(one.caller.at(key.site_id), found)):
        raise UnknownStream(key)
    party = _lead(found.order, found.context)
    if party is None:
        raise BadValue("order", "it is not a question that was answered")
    if found.order.private:
        raise BadValue("order", "whoever asked does not want it published")
    words = read_texts(sql, key)
    question = words.get(found.order.description.id, "")
    return Asked(key, found.code, found.order.space, party, question, _said(sql, key, party, words))


def waiting(one: Doer, sites: Iterable[int], sql: Sql) -> list[Asked]:
    """Answered questions that nobody has published, the latest first; for who moderates."""
    known = read_sites(sql, sites)
    found: list[Asked] = []
    for site_id, site in known.items():
        context = one.shop.contexts.of(sql, site)
        if may_moderate(one.caller.at(site_id), context):
            for number, order in _open_questions(sql, site, context):
                party = _lead(order, context)
                if party is not None and not order.private:
                    key = StreamKey(site_id, number)
                    found.append(Asked(key, f"{site.code}-{number}", order.space, party, "", ""))
    return _with_questions(sql, found[:MOST_WAITING])


def _open_questions(sql: Sql, site: SiteClock, context: Context) -> list[tuple[int, Order]]:
    now = site.virtual_now or now_of(sql)
    kinds = [code for code, one in context.playbook.categories.items() if one.kind is OrderKind.QUESTION]
    rows = sql.execute(
        "SELECT stream_id, state FROM stream WHERE site_id = %s AND kind = %s AND category = ANY (%s)"
        " AND reported_at > %s AND NOT EXISTS (SELECT FROM stream a WHERE a.site_id = stream.site_id"
        " AND a.kind = %s AND a.status = %s AND a.state->'order' = to_jsonb(stream.stream_id))"
        " ORDER BY stream_id DESC LIMIT %s",
        (site.id, ORDER.name, kinds, now - WAITS_FOR, ANSWER.name, AnswerStatus.PUBLISHED, MOST_WAITING * 2),
    ).fetchall()
    return [(number, decode(Order, state)) for number, state in rows]


def _with_questions(sql: Sql, found: Sequence[Asked]) -> list[Asked]:
    rows = sql.execute(
        "SELECT s.site_id, s.stream_id, p.body FROM stream s JOIN private_row p ON p.site_id = s.site_id"
        " AND p.id = s.state->'description'->>'id' WHERE s.site_id = ANY (%s) AND s.stream_id = ANY (%s)"
        " AND p.body IS NOT NULL",
        ([one.key.site_id for one in found], [one.key.stream_id for one in found]),
    ).fetchall()
    words = {StreamKey(site, number): body for site, number, body in rows}
    return [
        Asked(one.key, one.code, one.space, one.party, words.get(one.key, ""), one.answer) for one in found
    ]


def _lead(order: Order, context: Context) -> str | None:
    """Who answered it; None where it is no answered question."""
    rule = context.category(order)
    if rule is None or rule.kind is not OrderKind.QUESTION:
        return None
    leads = (one for one in order.assignments.values() if one.duty is Duty.LEAD and one.state in _ANSWERED)
    return next((one.party for one in leads), None)


def _said(sql: Sql, key: StreamKey, party: str, words: dict[str, str]) -> str:
    """What the lead wrote when it was done; empty where nothing was."""
    rows = sql.execute(
        "SELECT payload FROM event WHERE site_id = %s AND stream_id = %s ORDER BY seq DESC",
        (key.site_id, key.stream_id),
    )
    for (payload,) in rows:
        told = json.loads(bytes(payload))
        if told["type"] == AssignmentDone.__name__ and told["data"]["party"] == party:
            note = told["data"].get("note")
            return words.get(note["id"], "") if note else ""
    return ""


def public_answer(sql: Sql, found: Found) -> str:
    """Where everybody reads the published answer of an order; empty where there is none."""
    if _lead(found.order, found.context) is None:
        return ""
    number = public_of(sql, found.key)
    return f"/public/{found.site.code}/answers/{found.code_of(number)}" if number else ""


def public_of(sql: Sql, order: StreamKey) -> int | None:
    """The published answer of an order, by its number."""
    row = sql.execute(
        "SELECT stream_id FROM stream WHERE kind = %s AND site_id = %s AND status = %s"
        " AND state->'order' = to_jsonb(%s::bigint)",
        (ANSWER.name, order.site_id, AnswerStatus.PUBLISHED, order.stream_id),
    ).fetchone()
    return int(row[0]) if row else None
