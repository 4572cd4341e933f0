"""A site as the rules see it: its spaces, its parties with their capacities, and their calendars."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from models.domain.business_time.calendar import Calendar


class Capacity(StrEnum):
    """What an organisation is at a site; one may be several things at once."""

    COMMITTEE = "committee"
    PROPERTY = "property"
    AUTONOMY_OFFICE = "autonomy_office"
    ASSET_COMPANY = "asset_company"
    CLIENT = "client"
    CONTRACTOR = "contractor"
    SUPERVISOR = "supervisor"
    DESIGNER = "designer"
    OWNERS = "owners"
    STREET = "street"
    UTILITY = "utility"


@dataclass(frozen=True, slots=True)
class Activity:
    """What takes place in a space every week, in the site's local time; it ends on the day it begins."""

    name: str
    name_en: str
    days: frozenset[int]
    """0 for Monday to 6 for Sunday."""
    begins: time
    ends: time
    code: str = ""
    """By which a closure says where it goes; unique in its space."""
    people: int | None = None
    """How many come, where that is known."""

    def is_on(self, local: datetime) -> bool:
        """Whether it is under way at a local time; at its end it is over."""
        return local.weekday() in self.days and self.begins <= local.time() < self.ends


@dataclass(frozen=True, slots=True)
class Space:
    """A room or an area of the site."""

    code: str
    name: str
    name_en: str
    activities: tuple[Activity, ...] = ()
    closed: bool = False
    """Nothing is reported there any more; what was stays."""
    seats: int | None = None
    """How many it holds, where that is known."""

    def on_day(self, local: datetime) -> list[Activity]:
        """What takes place on the day of a local time, the earliest first."""
        return sorted(
            (one for one in self.activities if local.weekday() in one.days), key=lambda one: one.begins
        )


@dataclass(frozen=True, slots=True)
class Party:
    """单位: an organisation at the site."""

    code: str
    name: str
    name_en: str
    capacities: frozenset[Capacity]
    """None, once it has retired from the site: then no route, decision or review finds it."""
    calendar: str
    in_compound: bool = False
    duty_roster: bool = False
    """Somebody answers round the clock, so that a 24×7 limit can be kept at all."""


@dataclass(frozen=True)
class Directory:
    """Everything about a site that a decision may depend on; `version` grows with every change."""

    code: str
    zone: str
    version: int
    coordinator: str
    parties: Mapping[str, Party]
    spaces: Mapping[str, Space]
    calendars: Mapping[str, Calendar]

    def calendar_of(self, party: str) -> Calendar:
        """The calendar by which the party's limits count."""
        return self.calendars[self.parties[party].calendar]

    def with_capacity(self, capacity: Capacity) -> tuple[str, ...]:
        """The parties of a capacity, in the order in which the site lists them."""
        return tuple(code for code, party in self.parties.items() if capacity in party.capacities)

    def first_of(self, capacities: Iterable[Capacity], *, but: Iterable[str] = ()) -> str | None:
        """The first party that has one of the capacities, in their order, and is not in `but`."""
        barred = set(but)
        for capacity in capacities:
            for party in self.with_capacity(capacity):
                if party not in barred:
                    return party
        return None

    def has(self, party: str | None, capacity: Capacity) -> bool:
        """Whether the party exists here and has the capacity."""
        found = self.parties.get(party) if party is not None else None
        return found is not None and capacity in found.capacities
