"""What a crew's page shows: the party's orders, first those where the ball is with it, by time left."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.domain.business_time.arithmetic import due
from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Activity, Capacity
from models.domain.orders import rules
from models.domain.orders.deadlines import TO_FIX
from models.domain.orders.draft import Draft
from models.domain.orders.handlers.requesting import longest_extension
from models.domain.orders.kind import ORDER
from models.domain.orders.state import Assignment, Request
from models.domain.streams import StreamKey
from models.domain.words import ENDED, OVER, AssignmentState, DeadlineKind, RequestKind
from services.crew_links import CrewLink
from services.execute import Shop
from services.store.contexts import Sql
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.found import Found, find
from services.views.language import Language, name_of, time_text
from services.views.models import AssignmentView, Named, OrderView
from services.views.order import seen_view
from services.walks.told import Told, notices_to
from services.web.crew.presets import ACTIONS, WAITS
from services.web.order_page import Due
from services.web.pages import seconds_until

MOST = 15
"""Cards of a page, of either kind: with more of them it would be too heavy for a slow line."""
LATELY = timedelta(days=7)
_FAR = 10.0**9
_OWNERS = (
    *(Capacity.PROPERTY, Capacity.ASSET_COMPANY, Capacity.CONTRACTOR, Capacity.CLIENT),
    *(Capacity.DESIGNER, Capacity.UTILITY, Capacity.COMMITTEE),
)
"""Who may be responsible instead, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Busy:
    """What takes place in the room today."""

    name: str
    hours: str
    now: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait that is one tap: its code, its words, and whom it names."""

    code: str
    words: str
    nominee: str


@dataclass(frozen=True, slots=True)
class Card:
    """One order with what can be done on it."""

    order: OrderView
    part: AssignmentView
    dues: list[Due]
    left: float
    """Seconds to the next due instant; far where no clock runs."""
    ours: bool
    """Whether the ball is with the party."""
    why: str
    """Where the ball is elsewhere: with whom, why, and what that means for the clock."""
    may: list[str]
    needs_photo: bool
    busy: list[Busy]
    waits: list[Wait]
    wait_until: str
    hold_until: str
    extend_until: str
    fix_by: str
    holds: list[Named]
    owners: list[Named]


@dataclass(frozen=True, slots=True)
class Past:
    """An order that asks nothing of the party any more."""

    code: str
    space: str
    words: str


@dataclass(frozen=True, slots=True)
class CrewPage:
    """All values of the page."""

    party: Named
    site: str
    name: str
    zone: str
    now: datetime
    ours: list[Card]
    others: list[Card]
    start: int
    more: int
    """How many orders with the ball there are after those that are shown."""
    past: list[Past]
    notices: list[Told]
    """Rectification notices that are not over."""
    key: str


def read_page(shop: Shop, link: CrewLink, language: Language, start: int = 0) -> CrewPage:
    """The page's values, as of now; `start` orders with the ball stand on pages before it."""
    with transaction(shop.engine, [link.site_id]) as sql:
        found = [find(shop, sql, link.caller, key, language) for key in _keys(sql, link)]
        open_ = [one for one in found if not one.order.ended and _part(one, link).acting]
        cards = sorted((_card(sql, one, link) for one in open_), key=lambda one: one.left)
        past = [_past(one, link) for one in found if one not in open_]
        notices = [] if link.only or start else notices_to(shop, sql, link.caller)
        head = sql.execute(
            "SELECT s.name, s.name_en, p.name, p.name_en, s.zone,"
            " coalesce(s.virtual_now, statement_timestamp())"
            " FROM site s JOIN party p ON p.site_id = s.id WHERE s.id = %s AND p.code = %s",
            (link.site_id, link.party),
        ).fetchone()
    if head is None:
        raise LookupError(link.party)
    english = language == "en"
    ours = [one for one in cards if one.ours]
    return CrewPage(
        party=Named(code=link.party, name=head[3] if english else head[2]),
        site=head[1] if english else head[0],
        name=link.name,
        zone=head[4],
        now=head[5],
        ours=ours[start : start + MOST],
        others=[] if start else [one for one in cards if not one.ours][:MOST],
        start=start,
        more=max(0, len(ours) - start - MOST),
        past=[] if start else past,
        notices=[one for one in notices if not one.over],
        key=secrets.token_hex(16),
    )


def holds(found: Found, link: CrewLink) -> bool:
    """Whether an order is one of the link's party that it may act on."""
    part = found.order.assignments.get(link.party)
    return part is not None and part.acting


def _keys(sql: Sql, link: CrewLink) -> list[StreamKey]:
    """Orders with a part for the party that are open, or changed lately."""
    rows = sql.execute(
        "SELECT t.site_id, t.stream_id FROM stream t JOIN site s ON s.id = t.site_id"
        " WHERE t.site_id = %s AND (%s::bigint IS NULL OR t.stream_id = %s) AND t.kind = %s"
        " AND t.parties @> ARRAY[%s]::varchar[]"
        " AND t.state->'assignments'->%s->>'duty' IN ('lead', 'support')"
        " AND (t.status <> ALL (%s) AND t.state->'assignments'->%s->>'state' <> ALL (%s)"
        "  OR t.updated_at > coalesce(s.virtual_now, statement_timestamp()) - %s) ORDER BY t.stream_id",
        (
            *(
                link.site_id,
                link.only,
                link.only,
                ORDER.name,
                link.party,
                link.party,
                [str(one) for one in ENDED],
            ),
            *(link.party, [str(one) for one in OVER], LATELY),
        ),
    )
    return [StreamKey(*row) for row in rows]


def _part(found: Found, link: CrewLink) -> Assignment:
    return found.order.assignments[link.party]


def _card(sql: Sql, found: Found, link: CrewLink) -> Card:
    order = seen_view(sql, found, link.caller.at(link.site_id))
    part = next(one for one in order.assignments if one.party.code == link.party)
    own = _part(found, link)
    dues = sorted(
        (Due(one, seconds_until(one.due_at, found.now), part.party.name) for one in part.deadlines),
        key=_left,
    )
    anybodys = [one.action for one in order.allowed if one.party is None and one.action in {"note", "photo"}]
    site, names = found.context.site, found.parties(found.context.site.parties)
    by_code = {one.code: one for one in names}
    return Card(
        order=order,
        part=part,
        dues=dues,
        left=min(map(_left, dues), default=_FAR),
        ours=link.party in rules.holders(found.order, found.context),
        why=_why(found, own),
        may=[one for one in ACTIONS if one in part.allowed or one in anybodys],
        needs_photo=rules.lacks_after_photo(found.order, own, found.context),
        busy=_busy(found),
        waits=_waits(found, link.party),
        wait_until=_local(found, _in_days(found, link.party, 1)),
        hold_until=_local(found, _in_days(found, link.party, 5)),
        extend_until=_local(found, _extended(found, link.party)),
        fix_by=_local(found, _in_days(found, link.party, 3)),
        holds=_hold_reasons(found),
        owners=[
            by_code[code]
            for capacity in _OWNERS
            for code in site.with_capacity(capacity)
            if code != link.party
        ],
    )


def _left(one: Due) -> float:
    return _FAR if one.seconds is None else one.seconds


def _busy(found: Found) -> list[Busy]:
    local = found.now.astimezone(ZoneInfo(found.zone))
    space = found.context.site.spaces.get(found.order.space)
    return [
        Busy(_named(one, found.language), f"{one.begins:%H:%M}–{one.ends:%H:%M}", one.is_on(local))
        for one in (space.on_day(local) if space else ())
        if one.ends > local.time()
    ]


def _named(activity: Activity, language: Language) -> str:
    return activity.name_en if language == "en" else activity.name


def _waits(found: Found, party: str) -> list[Wait]:
    _ = words_in(found.language).gettext
    site = found.context.site
    return [
        Wait(code, _(one.words), named)
        for code, one in WAITS.items()
        if one.capacity and (named := site.first_of((one.capacity,), but=(party,)))
    ]


def _hold_reasons(found: Found) -> list[Named]:
    rule = found.context.playbook.hold
    reasons = rule.reasons if rule else {}
    return [
        Named(code=code, name=names.get(found.language) or names["zh"]) for code, names in reasons.items()
    ]


def _in_days(found: Found, party: str, days: int) -> datetime:
    """The end of a working day of the party from now on."""
    return due(found.context.site.calendar_of(party), found.now, Limit(0, days, Clock.WORKING_DAYS)).due_at


def _extended(found: Found, party: str) -> datetime | None:
    """Three days more, or as many as the rules allow."""
    limits = found.order.open_deadlines(party=party, kinds=TO_FIX)
    if not limits:
        return None
    longest = longest_extension(Draft(found.order, found.context, found.now), limits[0])
    return min(longest, limits[0].due_at + timedelta(days=3))


def _local(found: Found, at: datetime | None) -> str:
    """An instant as a browser's field of date and time holds it."""
    return f"{at.astimezone(ZoneInfo(found.zone)):%Y-%m-%dT%H:%M}" if at else ""


# ── where the ball is ───────────────────────────────────────────────────────────────────────────────────────


def _why(found: Found, own: Assignment) -> str:
    """In a sentence or two: who decides, checks or is waited for, and what the party's clock does."""
    _ = words_in(found.language).gettext
    request = found.order.request_of(own.party)
    if request is not None:
        return _asked(found, request)
    if own.state in {AssignmentState.WAITING, AssignmentState.HELD}:
        return _stopped(found, own)
    if own.state is AssignmentState.DONE:
        checkers = _("、").join(one.name for one in found.parties(rules.verifiers(own, found.context)))
        return _("已办结，等{who}核查").format(who=checkers)
    if own.state is AssignmentState.REJECTED:
        return _("核查没有通过，请返工后再办结")
    return ""


def _asked(found: Found, request: Request) -> str:
    _ = words_in(found.language).gettext
    decider = found.party(request.decider).name
    named = found.party(request.nominee).name if request.nominee else ""
    told = {
        RequestKind.WAIT: _("已提出等待{named}，正等{named}接受或{decider}批复"),
        RequestKind.RETURN: _("已申请退单，应由{named}负责，正等{decider}批复"),
        RequestKind.HOLD: _("已申请暂缓，正等{decider}批复"),
        RequestKind.EXTEND: _("已申请延期，正等{decider}批复"),
    }[request.kind]
    runs = _("批复之前，您的时限照常走；退单成立就不计超期。")
    if request.kind is not RequestKind.RETURN:
        runs = _("批复之前，您的时限照常走。")
    return told.format(named=named, decider=decider) + _("。") + runs


def _stopped(found: Found, own: Assignment) -> str:
    _ = words_in(found.language).gettext
    ends = found.order.open_deadlines(party=own.party, kinds=frozenset({DeadlineKind.HOLD_END}))
    until = time_text(ends[0].due_at, found.zone, found.language) if ends else ""
    if own.waits_for:
        named = found.party(own.waits_for).name
        return _("球在{named}那里，等到 {until}。您的时限已停表，轮到您时再走。").format(
            named=named, until=until
        )
    return _("暂缓到 {until}。您的时限已停表。").format(until=until)


def _past(found: Found, link: CrewLink) -> Past:
    _ = words_in(found.language).gettext
    own = _part(found, link)
    words = {
        AssignmentState.VERIFIED: _("核查通过"),
        AssignmentState.RELEASED: _("不用您处置了"),
        AssignmentState.WITHDRAWN: _("退单成立，不计超期") if own.misrouted else _("已转给别的单位"),
    }.get(own.state, _("已结束"))
    space = found.context.site.spaces.get(found.order.space)
    return Past(found.code, name_of(space, found.language) if space else found.order.space, words)
