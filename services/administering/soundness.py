"""Whether a site can work as it stands: by the same rules as its files, held against its playbook."""

from models.domain.directory import Capacity, Party
from models.domain.playbook.parse import ParsedPlaybook, read_playbook
from models.domain.playbook.reader import Report
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
from models.domain.playbook.validate import validate
from models.domain.streams import Role
from services.store.contexts import Sql, UnknownSite, read_directory, read_sites

RETIRED = "retired"
"""The role of a member who acts for nobody any more; the name stays with what was done."""


def rules_of(sql: Sql, site_id: int) -> ParsedPlaybook | None:
    """The playbook that new orders are dispatched under."""
    row = sql.execute(
        "SELECT code, source FROM playbook WHERE site_id = %s AND current", (site_id,)
    ).fetchone()
    return read_playbook(f"{row[0]}.toml", row[1]) if row else None


def problems(sql: Sql, site_id: int, rules: ParsedPlaybook | None) -> list[str]:
    """What keeps the site from working, in the words of the validation; empty where it works."""
    report = Report(Source(name="", digest="", tree={}, places={}))
    check(spec_of(sql, site_id), report)
    found = [one.message for one in report.problems]
    if rules is not None:
        found += [
            one.message for one in validate(rules, read_directory(sql, read_sites(sql, [site_id])[site_id]))
        ]
    return list(dict.fromkeys(found))


def spec_of(sql: Sql, site_id: int) -> SiteSpec:
    """The site as its file would say it, without who has retired."""
    head = sql.execute(
        "SELECT code, name, name_en, zone, language, playbook, coordinator FROM site WHERE id = %s",
        (site_id,),
    ).fetchone()
    if head is None:
        raise UnknownSite(site_id)
    code, name, name_en, zone, language, playbook, coordinator = head
    calendars = tuple(
        CalendarSpec(*row)
        for row in sql.execute(
            "SELECT code, region, opens, closes FROM calendar WHERE site_id = %s ORDER BY code", (site_id,)
        )
    )
    return SiteSpec(
        code=code,
        name=name,
        name_en=name_en,
        zone=zone,
        language=language,
        floorplan=None,
        phone=None,
        playbook=playbook,
        calendar=calendars[0].code if calendars else "",
        coordinator=coordinator,
        calendars=calendars,
        spaces=_spaces(sql, site_id),
        parties=_parties(sql, site_id),
        members=_members(sql, site_id),
        roster=_roster(sql, site_id),
        channels=_channels(sql, site_id),
    )


def _spaces(sql: Sql, site_id: int) -> tuple[SpaceSpec, ...]:
    rows = sql.execute(
        "SELECT code, name, name_en, status FROM space WHERE site_id = %s ORDER BY position", (site_id,)
    )
    return tuple(SpaceSpec(code, name, name_en, SpaceStatus(status)) for code, name, name_en, status in rows)


def _parties(sql: Sql, site_id: int) -> tuple[Party, ...]:
    rows = sql.execute(
        "SELECT code, name, name_en, capacities, calendar, in_compound, duty_roster FROM party"
        " WHERE site_id = %s AND capacities <> '{}' ORDER BY position",
        (site_id,),
    )
    return tuple(
        Party(code, name, name_en, frozenset(map(Capacity, capacities)), *more)
        for code, name, name_en, capacities, *more in rows
    )


def _members(sql: Sql, site_id: int) -> tuple[MemberSpec, ...]:
    rows = sql.execute(
        "SELECT code, name, role, language, party, block FROM member WHERE site_id = %s AND role <> %s"
        " ORDER BY code",
        (site_id, RETIRED),
    )
    return tuple(MemberSpec(code, name, Role(role), *more) for code, name, role, *more in rows)


def _roster(sql: Sql, site_id: int) -> tuple[Turn, ...]:
    week = list(Weekday)
    rows = sql.execute(
        "SELECT party, member, days, begins, ends FROM roster WHERE site_id = %s ORDER BY id", (site_id,)
    )
    return tuple(
        Turn(party, member, frozenset(week[day - 1] for day in days), *hours)
        for party, member, days, *hours in rows
    )


def _channels(sql: Sql, site_id: int) -> tuple[ChannelSpec, ...]:
    rows = sql.execute(
        "SELECT kind, member, party FROM channel WHERE site_id = %s ORDER BY preference, id", (site_id,)
    )
    return tuple(ChannelSpec(kind, "", member, party) for kind, member, party in rows)
