"""今日待办: what waits for somebody's party, a line an order with the one action that it waits for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from models.domain.codec import decode
from models.domain.orders.kind import ORDER
from models.domain.orders.state import Deadline, Order
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from models.domain.words import ENDED, DeadlineKind, OrderStatus, Severity
from services.callers import Caller
from services.execute import Shop
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.transactions import transaction
from services.views import labels
from services.views.allowed import Possible, possible
from services.views.catalogues import words_in
from services.views.found import Found
from services.views.language import Language, span_text, time_text
from services.views.models import Colour
from services.views.order import action_label
from services.views.seen import meet

MOST = 10
"""Lines that a person takes in at once; what is left is counted."""
LOOKED_AT = 400
"""Orders that one look reads at most: those of danger, then the oldest."""
_RECENT_DAYS = 7
_BY_DEADLINE: Mapping[DeadlineKind, str] = {
    DeadlineKind.TRIAGE: "triage",
    DeadlineKind.DECIDE: "decide",
    DeadlineKind.REVIEW: "verify",
    DeadlineKind.CALLBACK: "callback",
    DeadlineKind.OBJECTION: "callback",
    DeadlineKind.ACKNOWLEDGE: "acknowledge",
    DeadlineKind.CONTACT: "contact",
    DeadlineKind.ON_SITE: "arrive",
    DeadlineKind.MAKE_SAFE: "make-safe",
    DeadlineKind.FIX: "done",
    DeadlineKind.REDO: "done",
}
"""What ends a deadline."""


@dataclass(frozen=True, slots=True)
class Line:
    """An order that waits for the party, and for what."""

    code: str
    place: str
    category: str | None
    words: str
    """The order's title, or how its report begins."""
    action: str
    label: str
    form: str
    """The id of the action's form on the order's page."""
    why: str
    due: str | None
    off: str
    """How long it has still, or how long it is late."""
    colour: Colour
    danger: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """The most urgent lines, and how many others there are."""

    lines: list[Line]
    left: int


def waiting_for(
    shop: Shop, caller: Caller, language: Language, *, only: str | None = None, most: int = MOST
) -> Waiting:
    """What waits for the caller's party, at all sites where it sees the orders; `only` one action of it."""
    sites = caller.sites_where(Permission.SEE_ORDERS)
    with transaction(shop.engine, caller.site_ids) as sql:
        asked = _asks(shop, sql, caller, sites, language)
        found = sorted((one for one in asked if only in {None, one.what[0]}), key=_urgency)
        lines = [one.line(caller) for one in found[:most]]
        words = _words(sql, [one.found for one in found[:most]])
    told = [_with_words(line, words.get(one.found.key)) for line, one in zip(lines, found, strict=False)]
    return Waiting(told, len(found) - len(told))


@dataclass(frozen=True, slots=True)
class _Ask:
    """An order that asks something of the party, with the deadline that says until when, if one does."""

    found: Found
    what: Possible
    deadline: Deadline | None

    def line(self, caller: Caller) -> Line:
        found, (action, party) = self.found, self.what
        order, site = found.order, found.context.site
        category = found.context.playbook.categories.get(order.category or "")
        due = None if self.deadline is None or self.deadline.paused else self.deadline.due_at
        english = found.language == "en"
        own = party == caller.at(found.key.site_id).party
        return Line(
            code=found.code,
            place=(english and site.spaces[order.space].name_en) or site.spaces[order.space].name,
            category=((english and category.name_en) or category.name) if category else None,
            words="",
            action=action,
            label=action_label(action, party, found.language),
            form=f"{action}-{party}" if party else action,
            why=_why(found, action, None if own else party),
            due=time_text(due, found.zone, found.language) if due else None,
            off=_off(due, found),
            colour=_colour(self.deadline, found.now),
            danger=order.severity is Severity.DANGER,
        )


def _asks(shop: Shop, sql: Sql, caller: Caller, sites: list[int], language: Language) -> Iterator[_Ask]:
    """One ask an order: what its most urgent open deadline of the party waits for."""
    if not sites:
        return
    rows = sql.execute(
        _SELECT,
        {
            "kind": ORDER.name,
            "sites": sites,
            "parties": [caller.at(one).party or "" for one in sites],
            "ended": [str(one) for one in ENDED],
            "closed": str(OrderStatus.CLOSED),
            "recent": _RECENT_DAYS,
            "most": LOOKED_AT,
        },
    ).fetchall()
    clocks = read_sites(sql, {row[0] for row in rows}) if rows else {}
    for site_id, number, state, now, name, name_en in rows:
        clock = clocks[site_id]
        order = decode(Order, state)
        found = Found(
            key=StreamKey(site_id, number),
            site=clock,
            order=order,
            context=shop.contexts.of(sql, clock, ORDER.pinned(order)),
            events=0,
            coordinator=order.coordinator,
            site_name=(language == "en" and name_en) or name,
            now=_now(clock, now),
            language=language,
        )
        asked = _ask(found, caller)
        if asked is not None:
            yield asked


def _now(site: SiteClock, now: datetime) -> datetime:
    return site.virtual_now or now


def _ask(found: Found, caller: Caller) -> _Ask | None:
    actor, order = caller.at(found.key.site_id), found.order
    meet(order.reporter.person)
    can = possible(order, actor, found.context)
    mine = order.open_deadlines(party=actor.party)
    for deadline in sorted(mine, key=lambda one: (one.paused, one.due_at)):
        what = _what(deadline, found, can)
        if what is not None:
            return _Ask(found, what, deadline)
    if order.status is OrderStatus.UNROUTED and ("reclassify", None) in can:
        return _Ask(found, ("reclassify", None), None)
    if order.status is OrderStatus.CLOSED and order.public_title is None and ("publish", None) in can:
        return _Ask(found, ("publish", None), None)
    return None


def _what(deadline: Deadline, found: Found, can: list[Possible]) -> Possible | None:
    """The possible action that ends the deadline."""
    name = _BY_DEADLINE.get(deadline.kind)
    if deadline.kind is DeadlineKind.DECIDE:
        of = next((one.party for one in found.order.requests if one.id == deadline.request), None)
    else:
        of = deadline.subject or deadline.party
    return next((one for one in can if one[0] == name and one[1] in {None, of}), None)


def _urgency(one: _Ask) -> tuple[object, ...]:
    """Danger first, then what is due first; what nothing is due for comes last."""
    due = one.deadline.due_at if one.deadline and not one.deadline.paused else None
    danger = one.found.order.severity is Severity.DANGER and due is not None
    return (not danger, due is None, due or one.found.order.reported_at, one.found.key)


def _why(found: Found, action: str, other: str | None) -> str:
    """What the order waits for, in words."""
    _ = words_in(found.language).gettext
    party = found.party(other).name if other else ""
    if action == "decide" and other is not None:
        asked = found.order.request_of(other)
        name = labels.label(labels.REQUEST, asked.kind, found.language) if asked else ""
        return _("{party}申请{request}，等您批复").format(party=party, request=name)
    return {
        "triage": _("还不知道是什么问题、该谁办，等您定责"),
        "verify": _("{party}已办结，等您核查").format(party=party),
        "callback": _("已经办好，请问问报告人是否解决"),
        "publish": _("已结案，还没有向居民公布"),
        "reclassify": _("没有派出去，请改类别"),
        "acknowledge": _("还没有接单"),
        "contact": _("还没有联系报告人"),
    }.get(action, _("正在办理"))


def _off(due: datetime | None, found: Found) -> str:
    _ = words_in(found.language).gettext
    if due is None:
        return ""
    seconds = int((due - found.now).total_seconds())
    span = span_text(abs(seconds), found.language)
    return _("还剩{span}").format(span=span) if seconds >= 0 else _("已超{span}").format(span=span)


def _colour(deadline: Deadline | None, now: datetime) -> Colour:
    if deadline is None or deadline.paused:
        return "grey"
    if deadline.late or deadline.due_at < now:
        return "red"
    return "yellow" if deadline.reached else "green"


def _words(sql: Sql, many: list[Found]) -> dict[StreamKey, str]:
    """How the orders are called by who wrote of them."""
    refs = {(one.key.site_id, (one.order.title or one.order.description).id): one.key for one in many}
    rows = sql.execute(
        "SELECT site_id, id, left(body, 60) FROM private_row WHERE body IS NOT NULL AND (site_id, id) IN"
        " (SELECT * FROM unnest(%s::int[], %s::text[]))",
        ([one[0] for one in refs], [one[1] for one in refs]),
    ).fetchall()
    return {refs[site, row_id]: body for site, row_id, body in rows}


def _with_words(line: Line, words: str | None) -> Line:
    return replace(line, words=words) if words else line


_SELECT = """
SELECT s.site_id, s.stream_id, s.state, statement_timestamp(), p.name, p.name_en
FROM unnest(%(sites)s::int[], %(parties)s::text[]) AS mine (site_id, party)
JOIN site p ON p.id = mine.site_id
JOIN stream s ON s.site_id = mine.site_id AND s.kind = %(kind)s
WHERE (s.status <> ALL (%(ended)s)
       OR s.status = %(closed)s AND s.closed_at > statement_timestamp() - make_interval(days => %(recent)s))
  AND (jsonb_path_exists(s.state, '$.deadlines.*.party ? (@ == $party)', jsonb_build_object('party', party))
       OR s.status IN ('unrouted', %(closed)s))
ORDER BY s.severity = 'danger' DESC, s.reported_at LIMIT %(most)s
"""
