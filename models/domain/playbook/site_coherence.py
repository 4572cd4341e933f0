"""Whether the parts of a site file fit one another."""

from collections.abc import Iterable, Iterator
from datetime import time
from typing import Final

from models.domain.directory import Capacity, Party
from models.domain.playbook.locator import Path
from models.domain.playbook.problems import nearest
from models.domain.playbook.reader import Report
from models.domain.playbook.site_model import SiteSpec, Turn, Weekday

_DAY: Final = 24 * 60
_WEEK: Final = 7 * _DAY


def check(site: SiteSpec, report: Report) -> None:
    """Report what stands twice, refers to nothing, or leaves somebody out of reach."""
    codes = {
        "calendar": [one.code for one in site.calendars],
        "space": [one.code for one in site.spaces],
        "party": [one.code for one in site.parties],
        "member": [one.code for one in site.members],
    }
    for kind, known in codes.items():
        _unique(kind, known, report)
    for path, kind, written in _references(site):
        if written and written not in codes[kind]:
            report.add(path, f'unknown {kind} "{written}"', nearest(written, codes[kind]))
    _coordinator(site, report)
    _one_party_each(site.parties, report)
    _roster(site, report)
    for place, party in enumerate(site.parties):
        if party.code and not report.flawed("channel") and not _reached(site, party.code):
            message = f"nobody hears what {party.code} is told"
            report.add(("party", place), message, "add a [[member]] or a [[channel]] of the party")


def _unique(kind: str, codes: list[str], report: Report) -> None:
    for place, code in enumerate(codes):
        if code and code in codes[:place]:
            line = report.source.line((kind, codes.index(code), "code"))
            message = f'{kind} "{code}" stands in line {line} already'
            report.add((kind, place, "code"), message, "give it a code of its own, or remove one")


def _references(site: SiteSpec) -> Iterator[tuple[Path, str, str | None]]:
    """What refers to what: where, the kind, and the code that is written."""
    yield ("site", "calendar"), "calendar", site.calendar
    yield ("site", "coordinator"), "member", site.coordinator
    for place, party in enumerate(site.parties):
        if party.calendar != site.calendar:
            yield ("party", place, "calendar"), "calendar", party.calendar
    for place, member in enumerate(site.members):
        yield ("member", place, "party"), "party", member.party
    for place, turn in enumerate(site.roster):
        yield ("roster", place, "party"), "party", turn.party
        yield ("roster", place, "member"), "member", turn.member
    for place, channel in enumerate(site.channels):
        yield ("channel", place, "party"), "party", channel.party
        yield ("channel", place, "member"), "member", channel.member


def _party_of(site: SiteSpec, code: str) -> str | None:
    return next((member.party for member in site.members if member.code == code), None)


def _coordinator(site: SiteSpec, report: Report) -> None:
    """牵头人: a named member of the committee."""
    committee = {party.code for party in site.parties if Capacity.COMMITTEE in party.capacities}
    exists = any(member.code == site.coordinator for member in site.members)
    if exists and _party_of(site, site.coordinator) not in committee:
        known = [member.code for member in site.members if member.party in committee]
        message = f"the coordinator {site.coordinator} is no member of the committee"
        remedy = f"write one of: {', '.join(known)}" if known else "give a party the capacity committee"
        report.add(("site", "coordinator"), message, remedy)


def _one_party_each(parties: tuple[Party, ...], report: Report) -> None:
    """Routes name capacities: of two parties with the same one, the second would never be asked."""
    having: dict[Capacity, str] = {}
    for place, party in enumerate(parties):
        if report.flawed("party", place):
            continue
        for capacity in sorted(party.capacities):
            first = having.setdefault(capacity, party.code)
            if first != party.code:
                message = f"{party.code} is {capacity}, as {first} is already"
                remedy = "leave the capacity to one party: routes name capacities"
                report.add(("party", place, "capacities"), message, remedy)


def _reached(site: SiteSpec, party: str) -> bool:
    members = {member.code for member in site.members if member.party == party}
    return bool(members) or any(channel.party == party for channel in site.channels)


def _roster(site: SiteSpec, report: Report) -> None:
    known = {member.code for member in site.members}
    for place, turn in enumerate(site.roster):
        party = _party_of(site, turn.member)
        if turn.member in known and party != turn.party:
            whose = f"a member of {party}" if party else "a volunteer"
            members = [member.code for member in site.members if member.party == turn.party]
            remedy = nearest(turn.member, members) if members else f"add a [[member]] of {turn.party}"
            report.add(("roster", place, "member"), f"{turn.member} is {whose}, not of {turn.party}", remedy)
    if not report.flawed("roster"):
        _no_gap(site, report)


def _no_gap(site: SiteSpec, report: Report) -> None:
    """A duty roster covers the week: the clock of danger runs day and night."""
    for place, party in enumerate(site.parties):
        turns = [turn for turn in site.roster if turn.party == party.code]
        gap = _gap(turns) if party.duty_roster else None
        if gap:
            when = f"from {_told(gap[0])} to {_told(gap[1])}" if turns else "at any time"
            message = f"nobody of {party.code} is on duty {when}"
            report.add(("party", place, "duty_roster"), message, "add a [[roster]] turn, or write false")


def _gap(turns: Iterable[Turn]) -> tuple[int, int] | None:
    """The first minutes of the week, from and to, that no turn covers."""
    spans = []
    for turn in turns:
        for day in turn.days:
            begins = day.place * _DAY + _minute(turn.begins)
            ends = day.place * _DAY + _minute(turn.ends) + (_DAY if turn.ends <= turn.begins else 0)
            # A turn over the end of the week stands at its beginning too.
            spans += [(begins, ends), (begins - _WEEK, ends - _WEEK)]
    covered = 0
    for begins, ends in sorted(spans):
        if begins > covered:
            return covered, begins
        covered = max(covered, ends)
    return (covered, _WEEK) if covered < _WEEK else None


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _told(minute: int) -> str:
    day, rest = divmod(minute % _WEEK, _DAY)
    return f"{list(Weekday)[day]} {rest // 60:02}:{rest % 60:02}"
