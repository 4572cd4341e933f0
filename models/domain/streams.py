"""Streams: everything that lives through events, whatever its kind.

A stream is named by its site and its running number there, so that every key starts with the site and the
work can be spread by site. Nothing in this module knows an order.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """For whom, and as what, somebody acts."""

    HANDLER = "handler"
    LEAD = "lead"
    OBSERVER = "observer"
    VOLUNTEER = "volunteer"
    ARBITER = "arbiter"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"
    RESIDENT = "resident"
    SYSTEM = "system"
    IMPORTER = "importer"


@dataclass(frozen=True, slots=True, order=True)
class StreamKey:
    """The name of a stream; sorting by it is the one lock order."""

    site_id: int
    stream_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who issued a command: the role, the party acted for, and an opaque id of the person."""

    role: Role
    party: str | None = None
    person: str | None = None
    via: str | None = None
    """The door, where it was another than the front one: `link` for the link of a message."""


SYSTEM = Actor(Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class TextRef:
    """Stands for a text that is a row beside the ledger: its id and the commitment to its words."""

    id: str
    commitment: str


class Urgency(StrEnum):
    """Ordinary notices wait for the recipient's working hours, danger never waits."""

    ORDINARY = "ordinary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class DesiredNotice:
    """What the core wants told: to which role of which party, why, how urgently, and from when on.

    `why` are reasons by code, most important first; who that is by roster, and over which channel, is decided
    when it is sent.
    """

    party: str
    role: str
    why: tuple[str, ...]
    urgency: Urgency
    send_at: datetime


class Timer(NamedTuple):
    """The next instant at which a stream must be looked at because of one open deadline."""

    deadline_id: int
    generation: int
    fire_at: datetime
    party: str
    kind: str
