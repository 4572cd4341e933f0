"""A site from its TOML text: whole, or not at all.

What may be left out: `name_en` (then it is the name), `floorplan`, `phone`, a party's `calendar` and a
member's `language` (then they are the site's), a space's `status` (then existing), `activities` (then
none) and `seats`, an activity's `people` (then unknown), `in_compound` and `duty_roster` (then false), the
roster and the channels.
"""

import json
import re
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from models.domain.directory import Activity, Capacity, Party
from models.domain.playbook import reader as r
from models.domain.playbook.site_coherence import check
from models.domain.playbook.site_model import (
    CalendarSpec,
    ChannelSpec,
    MemberSpec,
    SiteSpec,
    SpaceSpec,
    SpaceStatus,
    Turn,
    Weekday,
)
from models.domain.playbook.source import Source
from models.domain.streams import Role

_LANGUAGES: Final = ("zh", "en")
_ROLES: Final = (Role.LEAD, Role.HANDLER, Role.OBSERVER, Role.VOLUNTEER)
_SITE_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{0,15}")
_REGION: Final = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_PHONE: Final = re.compile(r"\+?[0-9][0-9() -]{2,31}")
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

_language: Final = r.known(_LANGUAGES, "language")


def parse_site(name: str, text: str) -> SiteSpec:
    """The site that `text` says; `name` of the file is for problems.

    Raises:
        PlaybookError: with every problem found: no TOML, unknown keys and words, wrong types, codes that
            stand twice, references to nothing, a duty roster with a gap.
    """
    return _understood(Source.read(name, text))


def _understood(source: Source) -> SiteSpec:
    report = r.Report(source)
    spec = r.table(_document)(r.Value(report, (), source.tree))
    check(spec, report)
    report.close()
    return spec


def _document(t: r.Table) -> SiteSpec:
    site = t.need("site", r.table(_Site))
    return SiteSpec(
        code=site.code,
        name=site.name,
        name_en=site.name_en,
        zone=site.zone,
        language=site.language,
        floorplan=site.floorplan,
        phone=site.phone,
        playbook=site.playbook,
        calendar=site.calendar,
        coordinator=site.coordinator,
        calendars=t.need("calendar", r.each(r.table(_calendar))),
        spaces=t.need("space", r.each(r.table(_space))),
        parties=t.need("party", r.each(r.table(lambda party: _party(party, site.calendar)))),
        members=t.need("member", r.each(r.table(lambda member: _member(member, site.language)))),
        roster=t.take("roster", r.each(r.table(_turn)), ()),
        channels=t.take("channel", r.each(r.table(_channel)), ()),
    )


class _Site:
    """The fields of [site]."""

    def __init__(self, t: r.Table) -> None:
        self.code = t.need("code", _site_code)
        self.name = t.need("name", r.text)
        self.name_en = t.take("name_en", r.text, self.name)
        self.zone = t.need("zone", _zone)
        self.language = t.need("language", _language)
        self.floorplan = t.get("floorplan", _file)
        self.phone = t.get("phone", _phone)
        self.playbook = t.need("playbook", r.code)
        self.calendar = t.need("calendar", r.code)
        self.coordinator = t.need("coordinator", r.code)


def _calendar(t: r.Table) -> CalendarSpec:
    found = CalendarSpec(
        code=t.need("code", r.code),
        region=t.need("region", _region),
        opens=t.need("opens", r.local_time),
        closes=t.need("closes", r.local_time),
    )
    if found.opens >= found.closes:
        t.refuse(("closes",), "closes is not later than opens", "give the hours of one working day")
    return found


def _space(t: r.Table) -> SpaceSpec:
    name = t.need("name", r.text)
    return SpaceSpec(
        code=t.need("code", r.code),
        name=name,
        name_en=t.take("name_en", r.text, name),
        status=t.take("status", r.word(SpaceStatus, "status"), SpaceStatus.EXISTING),
        activities=t.take("activities", r.each(r.table(_activity)), ()),
        seats=t.take("seats", r.number(1, 9999), None),
    )


def _activity(t: r.Table) -> Activity:
    name = t.need("name", r.text)
    days = t.need("days", r.distinct(r.word(Weekday, "day")))
    if not days:
        t.refuse(("days",), "the activity is on no day", f"name its days: {', '.join(Weekday)}")
    found = Activity(
        name=name,
        name_en=t.take("name_en", r.text, name),
        days=frozenset(one.place for one in days),
        begins=t.need("from", r.local_time),
        ends=t.need("to", r.local_time),
        people=t.take("people", r.number(1, 9999), None),
    )
    if found.begins >= found.ends:
        t.refuse(("to",), "to is not later than from", "give the hours of one day")
    return found


def _party(t: r.Table, calendar: str) -> Party:
    name = t.need("name", r.text)
    capacities = t.need("capacities", r.distinct(r.word(Capacity)))
    if not capacities:
        t.refuse(("capacities",), "the party is nothing here", f"name what it is: {', '.join(Capacity)}")
    return Party(
        code=t.need("code", r.code),
        name=name,
        name_en=t.take("name_en", r.text, name),
        capacities=frozenset(capacities),
        calendar=t.take("calendar", r.code, calendar),
        in_compound=t.take("in_compound", r.flag, default=False),
        duty_roster=t.take("duty_roster", r.flag, default=False),
    )


def _member(t: r.Table, language: str) -> MemberSpec:
    role = Role(t.need("role", r.known(list(map(str, _ROLES)), "role")))
    found = MemberSpec(
        code=t.need("code", r.code),
        name=t.need("name", r.text),
        role=role,
        language=t.take("language", _language, language),
        party=t.get("party", r.code),
        block=t.get("block", r.text),
    )
    if role is Role.VOLUNTEER and found.party is not None:
        t.refuse(("party",), "a volunteer belongs to no party", "remove the party, or give another role")
    if role is not Role.VOLUNTEER and "party" not in t:
        t.refuse((), f"the {role} {found.code} has no party", "add party")
    if role is not Role.VOLUNTEER and found.block is not None:
        t.refuse(("block",), "only a volunteer looks after a block", 'remove it, or write role = "volunteer"')
    return found


def _turn(t: r.Table) -> Turn:
    days = t.need("days", r.distinct(r.word(Weekday, "day")))
    if not days:
        t.refuse(("days",), "the turn begins on no day", f"name its days: {', '.join(Weekday)}")
    return Turn(
        party=t.need("party", r.code),
        member=t.need("member", r.code),
        days=frozenset(days),
        begins=t.need("from", r.local_time),
        ends=t.need("to", r.local_time),
    )


def _channel(t: r.Table) -> ChannelSpec:
    found = ChannelSpec(
        kind=t.need("kind", r.code),
        address=t.need("address", _address),
        member=t.get("member", r.code),
        party=t.get("party", r.code),
    )
    if ("member" in t) == ("party" in t):
        t.refuse((), "a channel belongs to a member or to a party", "name one of them, not both")
    return found


def _address(value: r.Value) -> str:
    """A text, or a table of the kind's fields, kept as JSON; what is wrong in it is told by field later."""
    if isinstance(value.raw, dict):
        return json.dumps(value.raw, ensure_ascii=False, sort_keys=True, default=str)
    return r.text(value)


def _zone(value: r.Value) -> str:
    zone = r.text(value)
    try:
        return ZoneInfo(zone).key if zone else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(zone, sorted(available_timezones()), n=1, cutoff=0.8)
        remedy = f"write {''.join(near) or 'an IANA name, as Asia/Shanghai'}"
        value.refuse(f'there is no time zone "{zone[:40]}"', remedy)
        return ""


_region: Final = r.written(_REGION, "region", 'write a country as "CN", or a part of it as "US-MA"')
_site_code: Final = r.written(_SITE_CODE, "site code", "use up to 16 of A to Z and 0 to 9, a letter first")
_phone: Final = r.written(_PHONE, "telephone number", "write digits, spaces and hyphens, at most 32")
_file: Final = r.written(_FILE, "file beside this one", "write its plain name, without a folder")
