"""A site as the rules see it: its spaces, its parties with their capacities, and their calendars."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
class Space:
    """A room or an area of the site."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Party:
    """单位: an organisation at the site."""

    code: str
    name: str
    name_en: str
    capacities: frozenset[Capacity]
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
