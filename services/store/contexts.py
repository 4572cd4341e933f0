"""The rules and the site under which a stream is decided, kept by version in each process."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow

from models.domain.business_time.calendar import Calendar
from models.domain.directory import Capacity, Directory, Party, Space
from models.domain.orders.rules import Context
from models.domain.playbook.model import Playbook
from models.domain.playbook.parse import parse_playbook
from services.calendars import DayRow, days_of
from services.store.activities import activities_of

Sql = Connection[TupleRow]
KEPT = 256
"""Playbooks and directories kept in a process; a playbook of the default size takes about 100 kB."""


class UnknownSite(LookupError):
    """There is no such site, or the caller may not see it."""


@dataclass(frozen=True, slots=True)
class SiteClock:
    """A site as the engine meets it in a transaction: its clock and the versions that are in force."""

    id: int
    code: str
    clock: str
    virtual_now: datetime | None
    version: int
    playbook: str
    """The digest of the playbook that new orders are dispatched under."""
    name: str
    name_en: str
    coordinator: str
    """The name of the person who coordinates new orders, or the code where nobody has it."""


class Contexts:
    """A bounded cache: a directory by (site, version), a playbook by its digest; both never change."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._lock = Lock()

    def of(self, sql: Sql, site: SiteClock, digest: str | None = None) -> Context:
        """The context of a stream of the site that is pinned to `digest`, or to none yet."""
        directory: Directory = self._get(("site", site.id, site.version), lambda: read_directory(sql, site))
        wanted = digest or site.playbook
        playbook: Playbook = self._get(("playbook", wanted), lambda: read_playbook(sql, site.id, wanted))
        context: Context = self._get(
            ("context", site.id, site.version, wanted), lambda: Context(playbook=playbook, site=directory)
        )
        return context

    def at(self, sql: Sql, site: SiteClock, digest: str | None, at: datetime | None) -> Context:
        """As `of`, with the parties' capacities as they were at an instant of the site's clock.

        An administrator may have changed them since; who was asked to decide or review followed from those.
        """
        now = self.of(sql, site, digest)
        before = self._get(("before", site.id, site.version), lambda: read_before(sql, site.id))
        then = next((had for ended_at, had in before if at is not None and at < ended_at), None)
        return now if then is None else replace(now, site=replace(now.site, parties=_having(now.site, then)))

    def kept(self, site: SiteClock) -> Context | None:
        """The context of new streams of the site, if it was needed lately."""
        with self._lock:
            return self._kept.get(("context", site.id, site.version, site.playbook))

    def _get(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:  # noqa: ANN401 - several types
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def read_before(sql: Sql, site_id: int) -> list[tuple[datetime, Mapping[str, Sequence[str]]]]:
    """The parties' capacities before each change of them, the oldest first, and when that ended."""
    return sql.execute(
        "SELECT ended_at, parties FROM site_before WHERE site_id = %s ORDER BY version", (site_id,)
    ).fetchall()


def _having(site: Directory, capacities: Mapping[str, Sequence[str]]) -> dict[str, Party]:
    """The parties with these capacities; who was not there yet had none."""
    return {
        code: replace(party, capacities=frozenset(map(Capacity, capacities.get(code, ()))))
        for code, party in site.parties.items()
    }


def read_sites(sql: Sql, site_ids: Iterable[int]) -> dict[int, SiteClock]:
    """The sites by id. Raises UnknownSite for one that does not exist or that row-level security hides."""
    return ask_sites(sql, site_ids)()


def ask_sites(sql: Sql, site_ids: Iterable[int]) -> Callable[[], dict[int, SiteClock]]:
    """As `read_sites`, but in a pipeline the answer is waited for only when it is called."""
    wanted = sorted(set(site_ids))
    asked = sql.execute(
        "SELECT s.id, s.code, s.clock, s.virtual_now, s.version, p.digest, s.name, s.name_en,"
        " coalesce(m.name, s.coordinator) FROM site s"
        " LEFT JOIN playbook p ON p.site_id = s.id AND p.code = s.playbook AND p.current"
        " LEFT JOIN member m ON m.site_id = s.id AND m.code = s.coordinator"
        " WHERE s.id = ANY (%s)",
        (wanted,),
    )

    def answer() -> dict[int, SiteClock]:
        sites = {row[0]: SiteClock(*row) for row in asked}
        if len(sites) != len(wanted):
            raise UnknownSite(next(one for one in wanted if one not in sites))
        return sites

    return answer


def read_playbook(sql: Sql, site_id: int, digest: str) -> Playbook:
    """A loaded playbook, parsed from its kept source."""
    row = sql.execute(
        "SELECT code, source FROM playbook WHERE site_id = %s AND digest = %s", (site_id, digest)
    ).fetchone()
    if row is None:
        raise UnknownSite(digest)
    return parse_playbook(f"{row[0]}.toml", row[1])


def read_directory(sql: Sql, site: SiteClock) -> Directory:
    """The site with its parties, spaces and calendars."""
    head = sql.execute("SELECT code, zone, coordinator FROM site WHERE id = %s", (site.id,)).fetchone()
    if head is None:
        raise UnknownSite(site.id)
    parties = sql.execute(
        "SELECT code, name, name_en, capacities, calendar, in_compound, duty_roster FROM party"
        " WHERE site_id = %s ORDER BY position",
        (site.id,),
    ).fetchall()
    spaces = sql.execute(
        "SELECT code, name, name_en, activities, status = 'closed', seats FROM space WHERE site_id = %s"
        " ORDER BY position",
        (site.id,),
    ).fetchall()
    return Directory(
        code=head[0],
        zone=head[1],
        version=site.version,
        coordinator=head[2],
        parties={
            code: Party(code, name, name_en, frozenset(map(Capacity, capacities)), calendar, near, duty)
            for code, name, name_en, capacities, calendar, near, duty in parties
        },
        spaces={
            code: Space(code, name, name_en, activities_of(activities), closed, seats)
            for code, name, name_en, activities, closed, seats in spaces
        },
        calendars=read_calendars(sql, site),
    )


def read_calendars(sql: Sql, site: SiteClock) -> dict[str, Calendar]:
    """The site's calendars; a calendar's version is the newest of the days and years that it is made of."""
    found = {}
    for code, region, zone, opens, closes in sql.execute(
        "SELECT code, region, zone, opens, closes FROM calendar WHERE site_id = %s", (site.id,)
    ).fetchall():
        days = sql.execute(
            "SELECT region, day, kind, name, source, version FROM calendar_day WHERE region = %s", (region,)
        ).fetchall()
        years = sql.execute("SELECT year, version FROM calendar_year WHERE region = %s", (region,)).fetchall()
        found[code] = Calendar(
            code=code,
            version=max([row[5] for row in days] + [row[1] for row in years], default=1),
            zone=zone,
            opens=opens,
            closes=closes,
            days=days_of(DayRow(*row) for row in days),
            published=frozenset(row[0] for row in years),
        )
    return found
