"""竣工验收合格: entered by the client with its certificate; from its day the warranty items run (§40–41)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from models.domain.directory import Capacity
from models.domain.kinds import Columns
from models.domain.matter import Asked, Command, Event, MatterKind, ordinary
from models.domain.orders.paying import Cover
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.orders.state import Photo
from models.domain.policy import Permission, permits
from models.domain.streams import Actor, DesiredNotice, TextRef
from models.domain.words import Origin

MONTHS: Mapping[str, int] = {
    "waterproofing": 60,
    "electrical": 24,
    "pipes": 24,
    "equipment": 24,
    "decoration": 24,
    "heating": 24,
    "structure": 600,
}
"""The least that the law asks, in months; two seasons of heating as two years, structure as 50 years †."""
COVERED: Mapping[str, tuple[str, ...]] = {
    "leak": ("waterproofing", "pipes"),
    "mould": ("waterproofing", "decoration"),
    "loose_fixture": ("decoration", "equipment"),
    "electrical": ("electrical",),
    "fire": ("equipment",),
    "soundproofing": ("decoration",),
}
"""Which warranty items a category of the default playbook may fall under."""
LONGEST = 1200
GONE = "it was withdrawn"
HANDLER, STARTED = "handler", "warranty_started"


class CompletionStatus(StrEnum):
    """Whether it counts."""

    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Completion:
    """竣工验收合格 of rooms, with its certificate."""

    status: CompletionStatus
    party: str
    contractor: str
    day: date
    certificate: TextRef
    """Its number, beside the ledger."""
    spaces: tuple[str, ...]
    months: Mapping[str, int]
    recorded_at: datetime
    person: str | None = None
    photos: tuple[Photo, ...] = ()
    reason: TextRef | None = None
    """Why it was withdrawn."""
    ended_at: datetime | None = None

    def covers(self, category: str | None) -> tuple[Cover, ...]:
        """The warranty items that trouble of a category may fall under; of an unknown one all."""
        kinds = tuple(MONTHS) if category is None else COVERED.get(category, ())
        return tuple(
            Cover(what, self.day, months_later(self.day, self.months[what]), self.contractor)
            for what in kinds
            if what in self.months
        )


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for late in range(day.day, 27, -1):
        try:
            return date(year, month + 1, late)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


@dataclass(frozen=True, slots=True)
class RecordCompletion(Command):
    """Enter it. `months`: what the contract promises longer than the law."""

    opens_stream: ClassVar[bool] = True

    day: date
    certificate: TextRef
    spaces: tuple[str, ...]
    months: Mapping[str, int] = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawCompletion(Command):
    """It was entered by mistake: nothing runs from it any more."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class CompletionRecorded(Event):
    """The warranty runs."""

    party: str
    contractor: str
    day: date
    certificate: TextRef
    spaces: tuple[str, ...]
    months: Mapping[str, int]
    person: str | None = None
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class CompletionWithdrawn(Event):
    """It counts no more."""

    reason: TextRef


def may_record(actor: Actor, context: Context) -> bool:
    """The client: 建设单位, or the asset company where nobody else is."""
    client = context.site.first_of((Capacity.CLIENT, Capacity.ASSET_COMPANY))
    return client is not None and actor.party == client and permits(actor.role, Permission.ACCEPT)


def may_see(actor: Actor, _state: object, _context: Context) -> bool:
    """Whoever sees the site at work, and volunteers."""
    return permits(actor.role, Permission.SEE_ACCEPTANCES)


def _recorded(_none: None, command: RecordCompletion, one: Asked) -> Iterator[Event]:
    site = one.context.site
    if not may_record(one.actor, one.context) or one.actor.party is None:
        raise NotYours("completion", [site.first_of((Capacity.CLIENT, Capacity.ASSET_COMPANY)) or ""])
    contractor = site.first_of((Capacity.CONTRACTOR,))
    if contractor is None:
        raise BadValue("contractor", "there is no contractor here whose work could be accepted")
    spaces = tuple(dict.fromkeys(command.spaces))
    if not spaces or not set(spaces) <= set(site.spaces):
        raise BadValue("space", "there is no such space here")
    if command.day > one.now.astimezone(ZoneInfo(site.zone)).date():
        raise BadValue("day", "the day of the certificate lies ahead")
    for what, months in command.months.items():
        if what not in MONTHS or not MONTHS[what] <= months <= LONGEST:
            raise BadValue("months", "a contract may only promise longer than the law asks")
    yield CompletionRecorded(
        one.actor.party,
        contractor,
        command.day,
        command.certificate,
        spaces,
        {**MONTHS, **command.months},
        one.actor.person,
        command.photos,
    )


def _withdrawn(state: Completion, command: WithdrawCompletion, one: Asked) -> Iterator[Event]:
    if not may_record(one.actor, one.context):
        raise NotYours("completion", [state.party])
    if state.status is not CompletionStatus.RECORDED:
        raise IllegalMove("completion", GONE, state=state.status, holders=(), allowed=())
    yield CompletionWithdrawn(command.reason)


def _begun(_none: None, event: CompletionRecorded, at: datetime) -> Completion:
    return Completion(
        CompletionStatus.RECORDED,
        event.party,
        event.contractor,
        event.day,
        event.certificate,
        event.spaces,
        event.months,
        at,
        event.person,
        event.photos,
    )


def _ended(state: Completion, event: CompletionWithdrawn, at: datetime) -> Completion:
    return replace(state, status=CompletionStatus.WITHDRAWN, reason=event.reason, ended_at=at)


def _columns(state: Completion, _context: Context) -> Columns:
    return Columns(
        status=state.status,
        origin=Origin.WARRANTY,
        space=state.spaces[0] if len(state.spaces) == 1 else "",
        parties=(state.party, state.contractor),
        reported_at=state.recorded_at,
        closed_at=state.ended_at,
    )


def _told(event: Event, state: Completion, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    if isinstance(event, CompletionRecorded):
        yield ordinary(state.contractor, HANDLER, STARTED, context, at)


_HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    RecordCompletion: _recorded,
    WithdrawCompletion: _withdrawn,
}
_FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], Completion]] = {
    CompletionRecorded: _begun,
    CompletionWithdrawn: _ended,
}

COMPLETION = MatterKind(
    "completion",
    Completion,
    _HANDLERS,
    _FOLDS,
    columns_of=_columns,
    told=_told,
    reasons=frozenset({STARTED}),
)
