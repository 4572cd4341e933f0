"""A site as its file says it: its rooms, organisations, people, turns of duty and channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from models.domain.business_time.calendar import Calendar
from models.domain.directory import Activity, Directory, Party, Space
from models.domain.streams import Role


class SpaceStatus(StrEnum):
    """There before the works, made by them, serving the other rooms, or closed: nothing is reported there."""

    EXISTING = "existing"
    NEW = "new"
    FACILITY = "facility"
    CLOSED = "closed"


class Weekday(StrEnum):
    """Days in the order of the ISO week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @property
    def place(self) -> int:
        """0 for Monday to 6 for Sunday."""
        return list(Weekday).index(self)


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """A calendar to be made: whose holidays count, and the local hours of a working day."""

    code: str
    region: str
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SpaceSpec:
    """A room or an area."""

    code: str
    name: str
    name_en: str
    status: SpaceStatus
    activities: tuple[Activity, ...] = ()
    seats: int | None = None
    """How many it holds, where that is known."""


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """A person who acts for a party, or a volunteer, who acts for none."""

    code: str
    name: str
    role: Role
    """Lead, handler, observer or volunteer."""
    language: str
    party: str | None
    block: str | None
    """Of a volunteer: the houses that are looked after."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of duty that begins on each of the days; when `ends` is not later, it ends on the next day."""

    party: str
    member: str
    days: frozenset[Weekday]
    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """Where notices go: of a member, or of a party as its last resort."""

    kind: str
    address: str
    member: str | None
    party: str | None


@dataclass(frozen=True)
class SiteSpec:
    """A whole site file; lists keep its order, which for channels is the order of preference."""

    code: str
    name: str
    name_en: str
    zone: str
    language: str
    floorplan: str | None
    """Name of a file beside the site's."""
    phone: str | None
    """By which residents reach the committee."""
    playbook: str
    """Code of the playbook that new orders are dispatched under."""
    calendar: str
    coordinator: str
    calendars: tuple[CalendarSpec, ...]
    spaces: tuple[SpaceSpec, ...]
    parties: tuple[Party, ...]
    members: tuple[MemberSpec, ...]
    roster: tuple[Turn, ...]
    channels: tuple[ChannelSpec, ...]

    def directory(self, calendars: Mapping[str, Calendar], version: int) -> Directory:
        """The site as the rules see it, with calendars by the codes that the file gives them.

        Raises:
            KeyError: `calendars` lacks one.
        """
        return Directory(
            code=self.code,
            zone=self.zone,
            version=version,
            coordinator=self.coordinator,
            parties={party.code: party for party in self.parties},
            spaces={
                one.code: Space(
                    *(one.code, one.name, one.name_en, one.activities),
                    closed=one.status is SpaceStatus.CLOSED,
                    seats=one.seats,
                )
                for one in self.spaces
            },
            calendars={one.code: calendars[one.code] for one in self.calendars},
        )
