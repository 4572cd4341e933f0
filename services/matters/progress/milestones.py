"""What happened around the orders that everybody may know: which events, and what is said of them.

A kind of stream is told here by a table of its own; where it was withdrawn or cancelled since, it is told no
longer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.matters.acceptances.completion import CompletionRecorded
from models.domain.matters.acceptances.events import RoundFinished
from models.domain.matters.acceptances.state import AcceptanceStatus
from models.domain.matters.drawings import events as drawings
from models.domain.matters.pairs.state import PairPublished
from models.domain.matters.questions.events import AnswerPublished
from models.domain.matters.topics import events as topics
from models.domain.matters.topics.state import TopicStatus
from models.domain.matters.venues import events as venues
from models.domain.matters.venues.state import ClosureStatus
from models.domain.matters.works import events as works
from models.domain.matters.works.state import WorksStatus
from models.domain.streams import TextRef
from services.views.catalogues import later as _

GONE = frozenset({"withdrawn", "cancelled"})
"""Statuses of what is told no longer."""


def _title(state: Any) -> TextRef | None:  # noqa: ANN401 - of any kind
    title: TextRef | None = getattr(state, "title", None)
    return title


def _space(state: Any) -> tuple[str, ...]:  # noqa: ANN401 - of any kind
    return (state.space,)


def _until(state: Any, _zone: ZoneInfo) -> date:  # noqa: ANN401 - a Closure
    day: date = state.until
    return day + timedelta(days=1)


def _term(state: Any, zone: ZoneInfo) -> date:  # noqa: ANN401 - a Topic
    at: datetime = min(one.due_at for one in state.deadlines.values())
    return at.astimezone(zone).date()


def _meets(state: Any, zone: ZoneInfo) -> date:  # noqa: ANN401 - an Acceptance
    day: date = state.meets_at.astimezone(zone).date()
    return day


def _accepted(state: Any) -> tuple[str, ...]:  # noqa: ANN401 - an Acceptance
    return tuple(dict.fromkeys(one.what.space for one in state.items.values()))


@dataclass(frozen=True, slots=True)
class Due:
    """What is due while the matter has a status, and on which day."""

    words: str
    day: Callable[[Any, ZoneInfo], date]


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a kind. Words name {title}, {space} and {number}.

    `page` is below the public board and has {code}, {place} (the room's code) or {own} (the running number).
    """

    page: str
    events: Mapping[type[Any], str]
    due: Mapping[str, Due] = field(default_factory=dict)
    """By status."""
    title: Callable[[Any], TextRef | None] = _title
    rooms: Callable[[Any], tuple[str, ...]] = _space


AROUND: Mapping[str, Told] = {
    "acceptance": Told(
        "",
        {RoundFinished: _("{space}初验完成一轮")},
        {AcceptanceStatus.PREPARED: Due(_("{space}初验"), _meets)},
        rooms=_accepted,
    ),
    "completion": Told(
        "",
        {CompletionRecorded: _("{space}竣工验收合格")},
        rooms=lambda state: tuple(state.spaces),
    ),
    "drawing": Told(
        "/drawings/{code}",
        {
            drawings.DrawingPublished: _("公布图纸“{title}”"),
            drawings.VersionPublished: _("“{title}”改到第 {number} 版"),
        },
    ),
    "pair": Told("/drawings#pairs", {PairPublished: _("公布{space}的前后对比")}),
    "topic": Told(
        "/topics/{code}",
        {
            topics.CollectionBegan: _("议事“{title}”开始征集意见"),
            topics.ConsensusReached: _("议事“{title}”达成共识"),
            topics.TopicCarriedOut: _("议事“{title}”的共识开始落实"),
        },
        {
            TopicStatus.COLLECTING: Due(_("议事“{title}”征集意见截止"), _term),
            TopicStatus.PUBLISHED: Due(_("议事“{title}”的共识公示期满"), _term),
        },
    ),
    "closure": Told(
        "/spaces/{place}",
        {venues.SpaceClosed: _("{space}暂停使用"), venues.SpaceReopened: _("{space}恢复开放")},
        {ClosureStatus.CLOSED: Due(_("{space}恢复开放"), _until)},
    ),
    "works": Told(
        "/works/{own}",
        {
            works.WorksAnnounced: _("告知施工：{space}，{title}"),
            works.WorksStarted: _("{space}开工：{title}"),
            works.WorksEnded: _("{space}完工：{title}"),
        },
        {
            WorksStatus.ANNOUNCED: Due(_("{space}开工：{title}"), lambda state, _zone: state.plan.begins),
            WorksStatus.STARTED: Due(_("{space}完工：{title}"), lambda state, _zone: state.plan.until),
        },
        title=lambda state: state.plan.what,
        rooms=lambda state: state.plan.rooms,
    ),
    "answer": Told(
        "/answers",
        {AnswerPublished: _("公开答复：{title}")},
        title=lambda state: state.question,
    ),
}
"""By kind of stream."""
