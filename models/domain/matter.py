"""What the kinds of streams around the orders have in common: a table of handlers, a table of folds.

A kind gives its tables and says what its lists, timers and notices are; the rest of `StreamKind` follows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from models.domain.business_time.arithmetic import due, next_open
from models.domain.business_time.limits import Limit
from models.domain.kinds import Columns, Happened, Outcome
from models.domain.orders.refusals import IllegalMove
from models.domain.orders.rules import Context
from models.domain.streams import Actor, DesiredNotice, Timer, Urgency


@dataclass(frozen=True, slots=True)
class Command:
    """Base of the commands to such a stream."""

    opens_stream: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Look(Command):
    """The clock's command: what is due takes effect."""


@dataclass(frozen=True, slots=True)
class Event:
    """Base of their events."""

    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, under which rules, when."""

    context: Context
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Term:
    """A limit of a matter. Kept by id in a field `deadlines` of its state, where notices look for it.

    `generation` grows whenever `due_at` changes, so that an older firing finds nothing.
    """

    id: int
    kind: str
    party: str
    due_at: datetime
    provisional: bool = False
    generation: int = 1

    @property
    def timer(self) -> Timer:
        """By which the clock looks at the matter then."""
        return Timer(self.id, self.generation, self.due_at, self.party, self.kind)


def is_over(one: Term, now: datetime) -> bool:
    """Whether its instant has come; the instant itself is still in time."""
    return now > one.due_at


def term(number: int, kind: str, party: str, limit: Limit, one: Asked) -> Term:
    """A limit that begins now, by the party's calendar."""
    found = due(one.context.site.calendar_of(party), one.now, limit)
    return Term(number, kind, party, found.due_at, found.provisional)


def ordinary(party: str, role: str, why: str, context: Context, at: datetime) -> DesiredNotice:
    """A notice that waits for the recipient's working hours."""
    send_at = next_open(context.site.calendar_of(party), at)
    return DesiredNotice(party, role, (why,), Urgency.ORDINARY, send_at)


def timers(state: Any) -> Iterator[Timer]:  # noqa: ANN401 - of any kind that keeps its terms as `deadlines`
    """By which the clock looks at each limit that runs."""
    yield from (one.timer for one in state.deadlines.values())


def _none(*_: Any) -> tuple[Any, ...]:  # noqa: ANN401 - stands for any of the functions of a kind
    return ()


@dataclass(frozen=True, slots=True)
class MatterKind:
    """A kind by its tables; see `StreamKind` for what each method answers.

    `handlers` say by command what happens: each takes the state (None for a command that opens the stream),
    the command and who asks, and gives events or raises Refused. `folds` say by event what the state is then.
    """

    name: str
    state_type: type[Any]
    handlers: Mapping[type[Command], Callable[[Any, Any, Asked], Iterable[Event]]]
    folds: Mapping[type[Event], Callable[[Any, Any, datetime], Any]]
    columns_of: Callable[[Any, Context], Columns]
    due: Callable[[Any, Asked], Iterable[Event]] = _none
    """What the clock does: the events that are due at an instant."""
    timers_of: Callable[[Any], Iterable[Timer]] = _none
    told: Callable[[Any, Any, Context, datetime], Iterable[DesiredNotice]] = _none
    """What an event calls for, given the state after it."""
    reasons: frozenset[str] = frozenset()
    """Why it tells anybody; each has its words."""
    event_types: Mapping[str, type[Any]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "event_types", {one.__name__: one for one in self.folds})

    def decide(
        self,
        state: Any,  # noqa: ANN401 - of any kind
        command: Command,
        context: Context,
        *,
        now: datetime,
        actor: Actor,
    ) -> Outcome:
        """Raises Refused: nothing has changed."""
        asked = Asked(context, actor, now)
        if isinstance(command, Look):
            events = self.due(state, asked) if state is not None else ()
        else:
            if (state is None) != command.opens_stream:
                raise IllegalMove(self.name, NOT_THERE, state="", holders=(), allowed=())
            events = self.handlers[type(command)](state, command, asked)
        happened: list[Happened] = []
        notices: list[DesiredNotice] = []
        for event in tuple(events):
            state = self.evolve(state, event, now)
            happened.append(Happened(event, actor))
            notices += self.notices(event, state, context, now)
        return Outcome(state, tuple(happened), tuple(notices))

    def evolve(self, state: Any, event: Any, at: datetime) -> Any:  # noqa: ANN401 - of any kind
        """The state after an event."""
        return self.folds[type(event)](state, event, at)

    def notices(self, event: Any, state: Any, context: Context, at: datetime) -> Iterable[DesiredNotice]:  # noqa: ANN401
        """See `told`."""
        return tuple(self.told(event, state, context, at))

    def columns(self, state: Any, context: Context) -> Columns:  # noqa: ANN401 - of any kind
        """What lists ask for."""
        return self.columns_of(state, context)

    def clock_command(self) -> Look:
        """See `Look`."""
        return Look()

    def timers(self, state: Any) -> tuple[Timer, ...]:  # noqa: ANN401 - of any kind
        """One for each instant at which the clock has something to do."""
        return tuple(self.timers_of(state))

    def waits_for_routing(self, _state: Any) -> bool:  # noqa: ANN401 - of any kind
        """Never: orders are routed."""
        return False

    def pinned(self, _state: Any) -> str | None:  # noqa: ANN401 - of any kind
        """None: the rules of the day hold."""
        return None

    def upcast(self, _name: str, _version: int, image: Mapping[str, Any]) -> Mapping[str, Any]:
        """All events are of their first version."""
        return image


NOT_THERE = "it is not there, or was begun already"
