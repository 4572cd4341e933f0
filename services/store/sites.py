"""Setting up a site from its files, and loading playbooks for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from psycopg.types.json import Jsonb

from models.domain.business_time.calendar import Calendar
from models.domain.playbook.parse import read_playbook
from models.domain.playbook.problems import PlaybookError
from models.domain.playbook.site_model import CalendarSpec, SiteSpec
from models.domain.playbook.validate import validate
from models.domain.streams import StreamKey
from services.calendars import SEED_VERSION, DayRow, china_days, china_published, days_of, us_days
from services.store.activities import image_of
from services.store.channels import save_channels
from services.store.contexts import Sql, UnknownSite, read_directory, read_sites
from services.store.streams import want_routing

SEEDED_FROM = 2004
YEARS_AHEAD = 2


class PlaybookVersionTaken(ValueError):
    """This version of the playbook is loaded already with other words; raise its version."""


class SiteExists(ValueError):
    """A site with this code is there already; choose another code."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A site's clock: live, or virtual from an instant on."""

    kind: str = "live"
    now: datetime | None = None


def add_site(
    sql: Sql, spec: SiteSpec, playbook: tuple[str, str], *, clock: Clock, floorplan: str | None
) -> int:
    """Add a site with its rooms, parties, people, turns and channels, and its first playbook (name, source).

    Raises:
        SiteExists: the code is taken.
        BadAddress: a channel cannot be used.
        PlaybookError: the playbook has an error, or does not fit the site; nothing is added.
    """
    row = sql.execute(
        "INSERT INTO site (code, name, name_en, zone, language, clock, virtual_now, playbook, coordinator,"
        " floorplan, phone, version, next_number) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, 1)"
        " ON CONFLICT (code) DO NOTHING RETURNING id",
        (
            spec.code,
            spec.name,
            spec.name_en,
            spec.zone,
            spec.language,
            clock.kind,
            clock.now,
            spec.playbook,
            spec.coordinator,
            floorplan,
            spec.phone,
        ),
    ).fetchone()
    if row is None:
        raise SiteExists(f"{spec.code}: {SiteExists.__doc__}")
    site_id: int = row[0]
    _add_people(sql, site_id, spec)
    save_channels(sql, site_id, spec.channels)
    for calendar in spec.calendars:
        _seed_region(sql, calendar.region, _years())
        sql.execute(
            "INSERT INTO calendar (site_id, code, region, zone, opens, closes)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (site_id, calendar.code, calendar.region, spec.zone, calendar.opens, calendar.closes),
        )
    load_playbook(sql, site_id, *playbook)
    return site_id


def _add_people(sql: Sql, site_id: int, spec: SiteSpec) -> None:
    with sql.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO space (site_id, code, position, name, name_en, status, activities, seats)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    *(site_id, s.code, i, s.name, s.name_en, str(s.status)),
                    *(Jsonb(image_of(s.activities)), s.seats),
                )
                for i, s in enumerate(spec.spaces)
            ],
        )
        cursor.executemany(
            "INSERT INTO party (site_id, code, position, name, name_en, capacities, calendar, in_compound,"
            " duty_roster) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    site_id,
                    p.code,
                    i,
                    p.name,
                    p.name_en,
                    sorted(map(str, p.capacities)),
                    p.calendar,
                    p.in_compound,
                    p.duty_roster,
                )
                for i, p in enumerate(spec.parties)
            ],
        )
        cursor.executemany(
            "INSERT INTO member (site_id, code, party, name, role, language, block)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [(site_id, m.code, m.party, m.name, str(m.role), m.language, m.block) for m in spec.members],
        )
        cursor.executemany(
            "INSERT INTO roster (site_id, id, party, member, days, begins, ends)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (site_id, i, t.party, t.member, sorted(day.place + 1 for day in t.days), t.begins, t.ends)
                for i, t in enumerate(spec.roster, start=1)
            ],
        )


def _years() -> range:
    return range(SEEDED_FROM, datetime.now(UTC).year + YEARS_AHEAD)


def _region_days(region: str, years: Iterable[int]) -> tuple[list[DayRow], frozenset[int]]:
    """The seeded days of a region, and which of the years are published."""
    wanted = list(years)
    if region == "CN":
        return list(china_days(wanted)), china_published() & set(wanted)
    if region.startswith("US-"):
        return list(us_days(region.removeprefix("US-"), wanted)), frozenset(wanted)
    return [], frozenset(wanted)


def calendar_of(spec: CalendarSpec, zone: str) -> Calendar:
    """The calendar as a new site would have it, without a database."""
    days, published = _region_days(spec.region, _years())
    return Calendar(
        code=spec.code,
        version=SEED_VERSION,
        zone=zone,
        opens=spec.opens,
        closes=spec.closes,
        days=days_of(days),
        published=published,
    )


def _seed_region(sql: Sql, region: str, years: Iterable[int]) -> None:
    """Days that are there already stay as they are: somebody may have entered a publication."""
    days, published = _region_days(region, years)
    with sql.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO calendar_day (region, day, kind, name, source, version)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [(d.region, d.date, str(d.kind), d.name, d.source, d.version) for d in days],
        )
        cursor.executemany(
            "INSERT INTO calendar_year (region, year, source, version) VALUES (%s, %s, 'seed', 1)"
            " ON CONFLICT DO NOTHING",
            [(region, year) for year in sorted(published)],
        )


def load_playbook(sql: Sql, site_id: int, name: str, source: str) -> str:
    """Load a playbook; new orders are dispatched under it, and what could not be routed is tried again.

    Returns its digest. Loading the same words twice changes nothing.

    Raises:
        PlaybookError: every problem with its line and remedy; the running playbook stays.
        PlaybookVersionTaken: the version is known with other words.
    """
    parsed = read_playbook(name, source)
    playbook = parsed.playbook
    problems = validate(parsed, read_directory(sql, read_sites(sql, [site_id])[site_id]))
    if problems:
        raise PlaybookError(problems)
    known = sql.execute(
        "SELECT digest FROM playbook WHERE site_id = %s AND code = %s AND version = %s",
        (site_id, playbook.code, playbook.version),
    ).fetchone()
    if known is not None and known[0] != playbook.digest:
        raise PlaybookVersionTaken(f"{playbook.code} {playbook.version}: {PlaybookVersionTaken.__doc__}")
    put_in_force(sql, site_id, Edition(playbook.code, playbook.version, playbook.digest), source)
    return playbook.digest


@dataclass(frozen=True, slots=True)
class Edition:
    """How a version of a playbook is named; `digest` is the SHA-256 of its text, hexadecimal."""

    code: str
    version: int
    digest: str


def put_in_force(sql: Sql, site_id: int, one: Edition, source: str) -> None:
    """From now on new orders are dispatched under it; what could not be routed is tried again."""
    sql.execute("UPDATE playbook SET current = false WHERE site_id = %s AND current", (site_id,))
    sql.execute(
        "INSERT INTO playbook (site_id, code, version, digest, source, loaded_at, current)"
        " VALUES (%s, %s, %s, %s, %s, statement_timestamp(), true)"
        " ON CONFLICT (site_id, code, version) DO UPDATE SET current = true",
        (site_id, one.code, one.version, one.digest, source),
    )
    sql.execute("UPDATE site SET playbook = %s WHERE id = %s", (one.code, site_id))
    _try_again(sql, site_id)


def _try_again(sql: Sql, site_id: int) -> None:
    """What could not be routed gets another look, by the site's own clock."""
    rows = sql.execute(
        "SELECT t.stream_id, coalesce(s.virtual_now, statement_timestamp()) FROM stream t"
        " JOIN site s ON s.id = t.site_id WHERE t.site_id = %s AND t.status = 'unrouted'",
        (site_id,),
    ).fetchall()
    if rows:
        want_routing(sql, ((StreamKey(site_id, stream_id), now) for stream_id, now in rows))


def publish_year(sql: Sql, region: str, year: int, days: Iterable[tuple[date, str, str]], source: str) -> int:
    """Enter a year's published days (date, kind, name); returns the calendar version that holds them.

    Open provisional deadlines are computed again by `RecomputeDeadlines`, on record.
    """
    row = sql.execute(
        "SELECT 1 + greatest((SELECT coalesce(max(version), 0) FROM calendar_day WHERE region = %(r)s),"
        " (SELECT coalesce(max(version), 0) FROM calendar_year WHERE region = %(r)s))",
        {"r": region},
    ).fetchone()
    version: int = row[0] if row else 1
    sql.execute(
        "INSERT INTO calendar_year (region, year, source, version) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (region, year) DO UPDATE SET source = excluded.source, version = excluded.version",
        (region, year, source, version),
    )
    with sql.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO calendar_day (region, day, kind, name, source, version)"
            " VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (region, day) DO UPDATE SET kind = excluded.kind, name = excluded.name,"
            " source = excluded.source, version = excluded.version",
            [(region, day, kind, name, source, version) for day, kind, name in days],
        )
    sql.execute(
        "UPDATE site SET version = version + 1 WHERE id IN (SELECT site_id FROM calendar WHERE region = %s)",
        (region,),
    )
    return version


def take_numbers(sql: Sql, site_id: int, count: int = 1) -> int:
    """Reserve `count` running numbers of the site; returns the first.

    Taken in a transaction of its own, so that reporting does not queue behind one row; a number that is then
    not used leaves a gap, which means nothing.
    """
    return ask_numbers(sql, site_id, count)()


def ask_numbers(sql: Sql, site_id: int, count: int = 1) -> Callable[[], int]:
    """As `take_numbers`, but in a pipeline the answer is waited for only when it is called."""
    asked = sql.execute(
        "UPDATE site SET next_number = next_number + %s WHERE id = %s RETURNING next_number - %s",
        (count, site_id, count),
    )

    def answer() -> int:
        row = asked.fetchone()
        if row is None:
            raise UnknownSite(site_id)
        first: int = row[0]
        return first

    return answer
