"""One file: read, checked, told on a clock of its own, frozen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from time import monotonic

from models.domain.orders.rules import Context
from models.domain.streams import StreamKey
from services.execute import Shop
from services.replay.driver import Driver
from services.replay.municipal.cases import Case, refused_by_core
from services.replay.municipal.driving import Drive, Progress
from services.replay.municipal.format import Format
from services.replay.municipal.local_times import to_utc
from services.replay.municipal.rows import Reading, Refusal, Row, read_rows
from services.store import sites
from services.store.contexts import read_sites
from services.store.transactions import transaction


class AlreadyThere(ValueError):
    """The site of the replay exists; a replay needs one of its own: name another with --site."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be replayed: the file's bytes, its format, until when, into which site, how many rows."""

    data: bytes
    format: Format
    until: datetime
    site: str
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay that is over: its site, its cases, and what was not taken."""

    site_id: int
    wish: Wish
    total: int
    later: int
    """Rows that were opened only after `until`."""
    cases: tuple[Case, ...]
    refused: tuple[Refusal, ...]
    seconds: float


def midnight(day: date, found: Format) -> datetime:
    """The instant at which a day begins at the site."""
    return to_utc(datetime.combine(day, time()), found.zone)


def replay(shop: Shop, wish: Wish, progress: Progress) -> Replayed:
    """Drive a file through a site of its own, and freeze it.

    Raises:
        NotThisFormat: the file's header lacks columns.
        AlreadyThere: the site exists.
        PlaybookError: the format's playbook does not fit its site.
    """
    begun = monotonic()
    reading = read_rows(wish.data, wish.format, limit=wish.limit)
    rows = [row for row in reading.rows if row.opened <= wish.until]
    begins = min((row.opened for row in rows), default=wish.until)
    site_id = add_site(shop, wish, begins)
    rows = _checked(shop, site_id, rows, reading, wish.until)
    cases = _numbered(shop, site_id, rows)
    drive = Drive(Driver(shop, site_id), wish.until, progress)
    drive.run(cases)
    drive.driver.end("frozen")
    return Replayed(
        site_id=site_id,
        wish=wish,
        total=reading.total,
        later=reading.total - len(reading.refused) - len(rows),
        cases=tuple(cases),
        refused=tuple(sorted((*reading.refused, *drive.refused))),
        seconds=monotonic() - begun,
    )


def add_site(shop: Shop, wish: Wish, begins: datetime) -> int:
    """The site of the replay, its clock virtual from `begins` on.

    Raises:
        AlreadyThere: it exists; says whether a replay there was cut short.
    """
    spec = replace(wish.format.site, code=wish.site)
    rules = ("playbook.toml", wish.format.rules_text)
    try:
        with transaction(shop.engine) as sql:
            return sites.add_site(sql, spec, rules, clock=sites.Clock("virtual", begins), floorplan=None)
    except sites.SiteExists:
        raise AlreadyThere(_what_is_there(shop, wish.site)) from None


def _what_is_there(shop: Shop, code: str) -> str:
    with transaction(shop.engine) as sql:
        row = sql.execute("SELECT clock, virtual_now FROM site WHERE code = %s", (code,)).fetchone()
    clock, reached = row or ("live", None)
    states = {
        "frozen": "it was replayed before, and can be looked at",
        "virtual": f"a replay runs there, or was cut short at {reached:%Y-%m-%d}" if reached else "",
        "live": "it is a site with a live clock",
    }
    return f"{code} exists: {states[clock]}. Replay into another site, as with --site {code[:14]}B."


def _checked(shop: Shop, site_id: int, rows: Sequence[Row], reading: Reading, until: datetime) -> list[Row]:
    """The rows that the core takes; the others join those that were refused."""
    context = _context(shop, site_id)
    taken = []
    for row in rows:
        reason = refused_by_core(row, context, until)
        if reason is None:
            taken.append(row)
        else:
            reading.refused.append(Refusal(row.line, reason))
    return taken


def _context(shop: Shop, site_id: int) -> Context:
    with transaction(shop.engine, [site_id]) as sql:
        return shop.contexts.of(sql, read_sites(sql, [site_id])[site_id])


def _numbered(shop: Shop, site_id: int, rows: Sequence[Row]) -> list[Case]:
    """Orders have running numbers in the order in which they were opened."""
    if not rows:
        return []
    with transaction(shop.engine, [site_id]) as sql:
        first = sites.take_numbers(sql, site_id, len(rows))
    ordered = sorted(rows, key=lambda row: (row.opened, row.line))
    return [Case(row, StreamKey(site_id, number)) for number, row in enumerate(ordered, start=first)]
