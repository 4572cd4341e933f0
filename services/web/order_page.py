"""What the order's page shows, made from its view, its ledger and its history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Path

from models.domain.words import PhotoPurpose
from services.actions.bodies import ORDER_CODE
from services.matters.meetings.views import payer_named
from services.views.found import Found
from services.views.history import History
from services.views.language import day_text, party_name
from services.views.models import AssignmentView, DeadlineView, EventView, OrderView, PhotoView
from services.web.lanes import Axis, Bar, bars, legend
from services.web.pages import seconds_until

CodePath = Annotated[str, Path(pattern=ORDER_CODE)]
MINOR = frozenset(
    {"DeadlineSet", "DeadlineEnded", "DeadlineMoved", "DeadlinePaused", "DeadlineResumed", "DutyChanged"}
)
"""Events that follow from another one; the page shows them small beneath it."""


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline with how far off it is."""

    view: DeadlineView
    seconds: float | None
    party: str
    """Whose it is."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One party's lane."""

    view: AssignmentView
    bars: list[Bar]
    legend: list[tuple[str, str]]
    dues: list[Due]
    marks: list[int]
    """Where its open deadlines lie on the axis, as far as they have come already."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened at one instant by one actor: the events that matter, and what followed from them."""

    first: EventView
    main: list[EventView]
    minor: list[EventView]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the timeline."""

    name: str
    happenings: list[Happening]


@dataclass(frozen=True, slots=True)
class Settling:
    """What the parties settle beside the work: the code of the open meeting, and who pays by name."""

    meeting: str
    payer: str
    topics: list[str]
    """Codes of the topics that it came into, or came out of."""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """All values of the page."""

    order: OrderView
    zone: str
    site_clock: str
    lanes: list[Lane]
    others: list[Due]
    axis: Axis
    days: list[Day]
    held: list[tuple[str, float]]
    before: list[PhotoView]
    after: list[PhotoView]
    """Beside each other where there are both, the newest work first."""
    photos: list[PhotoView]
    """The others."""
    ended: bool
    """Closed, merged, cancelled or a false alarm: no clock runs."""
    settling: Settling | None
    """None for whoever does not see the whole order."""


def values_of(
    found: Found,
    order: OrderView,
    events: list[EventView],
    history: History,
    topics: Sequence[int] = (),
) -> OrderPage:
    """The page's values; `topics` that it has to do with, by their numbers."""
    ends = found.order.closed_at or _last_instant(found, order, events)
    axis = Axis(order.reported_at, ends)
    site, language = found.context.site, found.language
    before, after, photos = _compared(_allowed(order, "photos"))
    return OrderPage(
        order=order,
        zone=found.zone,
        site_clock=found.site.clock,
        lanes=[_lane(one, history, axis, found) for one in _allowed(order, "assignments")],
        others=[_due(one, found) for one in _allowed(order, "deadlines")],
        axis=axis,
        days=_days(events, found),
        held=[
            (party_name(code, site, language), held.total_seconds())
            for code, held in (history.time_held() if hasattr(order, "holders") else ())
        ],
        before=before,
        after=after,
        photos=photos,
        ended=found.order.ended,
        settling=_settling(found, topics) if hasattr(order, "outside") else None,
    )


def _settling(found: Found, topics: Sequence[int]) -> Settling:
    meeting, payment = found.order.meeting, found.order.payment
    payer = payer_named(payment.payer, found, found.language).name if payment else ""
    open_ = found.code_of(meeting.number) if meeting else ""
    return Settling(open_, payer, [found.code_of(number) for number in topics])


def _allowed(order: OrderView, field: str) -> Any:  # noqa: ANN401 - a list of views
    """What of the order is drawn: a field that the visitor may not see is not there."""
    return getattr(order, field, ())


def _compared(photos: Sequence[PhotoView]) -> tuple[list[PhotoView], list[PhotoView], list[PhotoView]]:
    """Before, after, and the others; all of them where there is nothing to compare."""
    before = [one for one in photos if one.purpose is PhotoPurpose.BEFORE]
    after = [one for one in reversed(photos) if one.purpose is PhotoPurpose.AFTER]
    if not (before and after):
        return [], [], list(photos)
    return before, after, [one for one in photos if one not in before and one not in after]


def _last_instant(found: Found, order: OrderView, events: list[EventView]) -> datetime:
    """Now, or when it ended: merged or cancelled, no time passes for an order any more."""
    last = events[-1].at if events else order.as_of
    return last if found.order.ended else max(last, order.as_of)


def _lane(one: AssignmentView, history: History, axis: Axis, found: Found) -> Lane:
    spans = history.lanes.get(one.party.code, [])
    marks = [axis.place(due.due_at) for due in one.deadlines if due.due_at and due.due_at <= axis.ends]
    drawn, told = bars(spans, axis, found.language), legend(spans, found.language)
    return Lane(one, drawn, told, [_due(due, found) for due in one.deadlines], marks)


def _due(one: DeadlineView, found: Found) -> Due:
    return Due(one, seconds_until(one.due_at, found.now), found.party(one.party).name)


def _days(events: Iterable[EventView], found: Found) -> list[Day]:
    """The newest day first, within a day as it went."""
    zone = ZoneInfo(found.zone)

    def day_of(event: EventView) -> date:
        return event.at.astimezone(zone).date()

    days = []
    for _, group in groupby(events, key=day_of):
        found_events = list(group)
        name = day_text(found_events[0].at, found.zone, found.language)
        days.append(Day(name, _happenings(found_events)))
    return days[::-1]


def _happenings(events: list[EventView]) -> list[Happening]:
    found = []
    for _, group in groupby(events, key=lambda event: (event.at, getattr(event, "actor", None))):
        together = list(group)
        main = [one for one in together if one.type not in MINOR]
        minor = [one for one in together if one.type in MINOR] if main else []
        found.append(Happening(together[0], main or together, minor))
    return found
