"""Kinds of streams: what the engine asks of one, and the ones there are.

The engine (execute, lanes, ledger, auditor) knows a stream only through this protocol.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from models.domain.streams import Actor, DesiredNotice, Timer


@dataclass(frozen=True, slots=True)
class Happened:
    """One decided event: who caused it, and the event itself (a frozen dataclass with a `version`)."""

    event: Any
    actor: Actor


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command led to: the state afterwards, the events, the notices."""

    state: Any
    events: tuple[Happened, ...]
    notices: tuple[DesiredNotice, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What lists ask for, derived from the state by one function, both when writing and when checking."""

    status: str
    parties: tuple[str, ...]
    reported_at: datetime
    category: str | None = None
    severity: str = "ordinary"
    origin: str = "unknown"
    space: str = ""
    colour: str = "green"
    supervised: bool = False
    holders: tuple[str, ...] = ()
    promised_at: datetime | None = None
    closed_at: datetime | None = None


class StreamKind(Protocol):
    """A kind of stream. States and events are frozen dataclasses that the codec knows."""

    @property
    def name(self) -> str:
        """How rows name the kind."""

    @property
    def state_type(self) -> type[Any]:
        """The dataclass of its states."""

    @property
    def event_types(self) -> Mapping[str, type[Any]]:
        """The dataclasses of its events, by name."""

    def decide(self, state: Any, command: Any, context: Any, *, now: datetime, actor: Actor) -> Outcome:  # noqa: ANN401
        """The outcome of a command; raises what the kind refuses with, and then nothing has changed."""

    def evolve(self, state: Any, event: Any, at: datetime) -> Any:  # noqa: ANN401
        """The state after an event."""

    def notices(self, event: Any, state: Any, context: Any, at: datetime) -> Iterable[DesiredNotice]:  # noqa: ANN401
        """What an event of the instant `at` calls for, `state` being the one after it."""

    def columns(self, state: Any, context: Any) -> Columns:  # noqa: ANN401
        """The query columns of a state."""

    def clock_command(self) -> Any:  # noqa: ANN401
        """The command by which the clock lets what is due take effect."""

    def timers(self, state: Any) -> tuple[Timer, ...]:  # noqa: ANN401
        """One timer for each open deadline that has a next step."""

    def waits_for_routing(self, state: Any) -> bool:  # noqa: ANN401
        """Whether the route lane has to look at it."""

    def pinned(self, state: Any) -> str | None:  # noqa: ANN401
        """The digest of the playbook that the stream lives under, None before it was pinned."""

    def upcast(self, name: str, version: int, image: Mapping[str, Any]) -> Mapping[str, Any]:
        """The image of an event as the newest version has it."""
