"""总览: several sites on one page, and each red order so that it can be understood cold.

Who is late, since when, why, and what is proposed: for the street, and for who looks at more than one site.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.domain.codec import decode
from models.domain.orders.kind import ORDER
from models.domain.orders.state import Assignment, Deadline, Order
from models.domain.policy import Permission, Sight
from models.domain.streams import StreamKey, TextRef
from models.domain.words import ENDED, Severity
from services.callers import Caller
from services.execute import Shop
from services.store.contexts import Sql, read_sites
from services.store.transactions import transaction
from services.views import labels
from services.views.allowed import possible
from services.views.catalogues import words_in
from services.views.found import Found
from services.views.language import Language, span_text, time_text
from services.views.seen import sights_of

MOST = 50
"""Red orders that one page has; the others are counted and linked."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A site in figures; each of them leads to its orders."""

    code: str
    name: str
    open: int
    yellow: int
    red: int
    supervised: int


@dataclass(frozen=True, slots=True)
class Late:
    """A party that is late on an order."""

    party: str
    what: str
    """Which deadlines: ``接单、办结``."""
    since: str
    late_for: str
    why: str


@dataclass(frozen=True, slots=True)
class RedOrder:
    """A red order as it reads in half a minute."""

    code: str
    site: str
    place: str
    category: str | None
    words: str
    danger: bool
    supervised: bool
    late: list[Late]
    proposed: str
    may_supervise: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it."""

    sites: list[Counted]
    red: list[RedOrder]
    more: int
    """Red orders that have no place on the page."""


def overview(shop: Shop, caller: Caller, language: Language) -> Overview:
    """The sites whose figures the caller may see, and their red orders, the longest late first."""
    sites = caller.sites_where(Permission.SEE_FIGURES)
    with transaction(shop.engine, caller.site_ids) as sql:
        counted = _counted(sql, sites, language)
        found = list(_red(shop, sql, sites, language))
        found.sort(key=lambda one: min((due.due_at for due in _late(one.order)), default=one.now))
        shown = found[:MOST]
        words = _words(sql, shown, caller)
    red = [_order(one, caller, words) for one in shown]
    return Overview(counted, red, len(found) - len(red))


def _counted(sql: Sql, sites: Sequence[int], language: Language) -> list[Counted]:
    rows = sql.execute(
        _COUNT, {"sites": list(sites), "kind": ORDER.name, "ended": [str(one) for one in ENDED]}
    )
    return [
        Counted(code, (language == "en" and name_en) or name, *figures)
        for code, name, name_en, *figures in rows.fetchall()
    ]


def _red(shop: Shop, sql: Sql, sites: Sequence[int], language: Language) -> Iterable[Found]:
    rows = sql.execute(
        _RED, {"sites": list(sites), "kind": ORDER.name, "ended": [str(one) for one in ENDED]}
    ).fetchall()
    clocks = read_sites(sql, {row[0] for row in rows}) if rows else {}
    for site_id, number, state, now, name, name_en in rows:
        clock, order = clocks[site_id], decode(Order, state)
        yield Found(
            key=StreamKey(site_id, number),
            site=clock,
            order=order,
            context=shop.contexts.of(sql, clock, ORDER.pinned(order)),
            events=0,
            coordinator=order.coordinator,
            site_name=(language == "en" and name_en) or name,
            now=clock.virtual_now or now,
            language=language,
        )


def _late(order: Order) -> list[Deadline]:
    return sorted((one for one in order.open_deadlines() if one.late), key=lambda one: one.due_at)


def _by_party(order: Order) -> dict[str, list[Deadline]]:
    """Who is late with what, the longest late first."""
    found: dict[str, list[Deadline]] = {}
    for one in _late(order):
        found.setdefault(one.party, []).append(one)
    return found


def _order(found: Found, caller: Caller, words: dict[str, str]) -> RedOrder:
    order, english = found.order, found.language == "en"
    space = found.context.site.spaces.get(order.space)
    category = found.context.playbook.categories.get(order.category or "")
    actor = caller.at(found.key.site_id)
    return RedOrder(
        code=found.code,
        site=found.site_name,
        place=((english and space.name_en) or space.name) if space else order.space,
        category=((english and category.name_en) or category.name) if category else None,
        words=words.get((order.title or order.description).id, ""),
        danger=order.severity is Severity.DANGER,
        supervised=order.supervised,
        late=[_told(found, party, late, words) for party, late in _by_party(order).items()],
        proposed=_proposed(found, words),
        may_supervise=("supervise", None) in possible(order, actor, found.context),
    )


def _told(found: Found, party: str, late: list[Deadline], words: dict[str, str]) -> Late:
    """All that a party is late with, since the first of it."""
    first = late[0].due_at
    names = dict.fromkeys(labels.label(labels.DEADLINE, one.kind, found.language) for one in late)
    return Late(
        party=found.party(party).name,
        what=words_in(found.language).gettext("、").join(names),
        since=time_text(first, found.zone, found.language),
        late_for=span_text(int((found.now - first).total_seconds()), found.language),
        why=_why(found, found.order.assignments.get(party), words),
    )


def _why(found: Found, one: Assignment | None, words: dict[str, str]) -> str:
    """What the party says; else what the record says."""
    _ = words_in(found.language).gettext
    if one is None:
        return _("还没有处理")
    if one.explanation is not None and words.get(one.explanation.id):
        return words[one.explanation.id]
    request = found.order.request_of(one.party)
    if request is not None:
        name = labels.label(labels.REQUEST, request.kind, found.language)
        said = words.get(request.text.id, "") if request.text else ""
        return _("已申请{request}，等{decider}批复").format(
            request=name, decider=found.party(request.decider).name
        ) + (f"{_('：')}{said}" if said else "")
    if one.acknowledged_at is None:
        return _("没有接单，也没有说明")
    return _("{at}接单，之后没有说明").format(at=time_text(one.acknowledged_at, found.zone, found.language))


def _proposed(found: Found, words: dict[str, str]) -> str:
    """The plan, or what waits for a decision, or that there is nothing."""
    _ = words_in(found.language).gettext
    order = found.order
    if order.plan is not None:
        text = words.get(order.plan.text.id, "")
        by = time_text(order.plan.fix_by, found.zone, found.language)
        state = _("方案已生效，{by}前完成") if order.plan.in_force else _("方案待同意，{by}前完成")
        return state.format(by=by) + (f"{_('：')}{text}" if text else "")
    if order.requests:
        one = order.requests[0]
        name = labels.label(labels.REQUEST, one.kind, found.language)
        return _("{party}申请{request}，由{decider}批复").format(
            party=found.party(one.party).name, request=name, decider=found.party(one.decider).name
        )
    return _("还没有方案")


def _words(sql: Sql, many: Sequence[Found], caller: Caller) -> dict[str, str]:
    """The texts of those orders that the caller may read."""
    refs: list[tuple[int, str]] = []
    for found in many:
        if Sight.WHOLE in sights_of(caller.at(found.key.site_id), found):
            refs += [(found.key.site_id, ref.id) for ref in _refs(found.order)]
    rows = sql.execute(
        "SELECT id, left(body, 200) FROM private_row WHERE body IS NOT NULL AND (site_id, id) IN"
        " (SELECT * FROM unnest(%s::int[], %s::text[]))",
        ([one[0] for one in refs], [one[1] for one in refs]),
    ).fetchall()
    return dict(rows)


def _refs(order: Order) -> Iterable[TextRef]:
    yield order.title or order.description
    if order.plan is not None:
        yield order.plan.text
    yield from (one.text for one in order.requests if one.text is not None)
    yield from (one.explanation for one in order.assignments.values() if one.explanation is not None)


_COUNT = """
SELECT p.code, p.name, p.name_en, count(s.stream_id) FILTER (WHERE s.status <> ALL (%(ended)s)),
    count(s.stream_id) FILTER (WHERE s.status <> ALL (%(ended)s) AND s.colour = 'yellow'),
    count(s.stream_id) FILTER (WHERE s.status <> ALL (%(ended)s) AND s.colour = 'red'),
    count(s.stream_id) FILTER (WHERE s.status <> ALL (%(ended)s) AND s.supervised)
FROM site p LEFT JOIN stream s ON s.site_id = p.id AND s.kind = %(kind)s
WHERE p.id = ANY (%(sites)s) GROUP BY p.id ORDER BY p.code
"""
_RED = """
SELECT s.site_id, s.stream_id, s.state, statement_timestamp(), p.name, p.name_en
FROM stream s JOIN site p ON p.id = s.site_id
WHERE s.site_id = ANY (%(sites)s) AND s.kind = %(kind)s AND s.status <> ALL (%(ended)s) AND s.colour = 'red'
"""
