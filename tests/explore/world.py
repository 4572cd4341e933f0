"""The small world that is explored: its rules, its parties, its clock, and how an instant is said."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path

from models.domain.business_time.calendar import Calendar
from models.domain.directory import Capacity, Directory, Party, Space
from models.domain.orders.rules import Context
from models.domain.orders.state import Reporter
from models.domain.playbook.parse import read_playbook
from models.domain.playbook.validate import validate
from models.domain.streams import Actor, Role, TextRef
from models.domain.words import ReporterKind

BEGINS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
TEXT = TextRef("text", "0" * 64)
REPORTER = Reporter(ReporterKind.RESIDENT, "resident", TEXT)
RESIDENT = Actor(Role.RESIDENT, person="resident")
CATEGORY = {2: "two", 3: "three"}
OUTSIDER = {2: "asset_company", 3: "client"}
"""Whom returns and hand-overs name: by the number of parties that the order starts with."""

# Every hour is a working hour: instants repeat wherever the clock stands.
_ROUND_THE_CLOCK = Calendar("always", 1, "UTC", time(0), time(23, 59, 59), frozenset(), {}, frozenset({2026}))
_CAPACITIES = (
    Capacity.COMMITTEE,
    Capacity.PROPERTY,
    Capacity.CONTRACTOR,
    Capacity.ASSET_COMPANY,
    Capacity.CLIENT,
    Capacity.AUTONOMY_OFFICE,
    Capacity.STREET,
)
PARTIES = tuple(map(str, _CAPACITIES))


@cache
def context() -> Context:
    """The rules and the site, read and validated as a deployed playbook is."""
    path = Path(__file__).with_name("playbook.toml")
    parsed = read_playbook(path.name, path.read_text(encoding="utf-8"))
    problems = validate(parsed, site())
    assert problems == [], problems
    return Context(parsed.playbook, site())


@cache
def site() -> Directory:
    """One party a capacity, named after it."""
    parties = {
        str(one): Party(str(one), str(one), str(one), frozenset({one}), "always", duty_roster=True)
        for one in _CAPACITIES
    }
    spaces = {"hall": Space("hall", "厅", "Hall")}
    return Directory("EXPLORE", "UTC", 1, "coordinator", parties, spaces, {"always": _ROUND_THE_CLOCK})


def person(party: str) -> Actor:
    """Somebody who may act for the party, decisions included."""
    return Actor(Role.LEAD, party, f"{party}-1")


def seconds(span: timedelta) -> int:
    """Whole seconds; nothing in this world is finer."""
    return span.days * 86_400 + span.seconds


def said(at: datetime) -> str:
    """An instant as a story tells it: hours, minutes and seconds since the report."""
    whole = seconds(at - BEGINS)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
