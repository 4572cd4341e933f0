"""What `lianban doctor` looks at for each site: calendars, playbook, roster, people and their channels."""

from collections.abc import Generator, Iterable, Iterator
from datetime import datetime, time
from typing import TYPE_CHECKING

from models.domain.business_time.limits import Clock
from models.domain.directory import Directory
from models.domain.playbook.duties import obligations
from models.domain.playbook.model import Playbook
from models.domain.playbook.parse import read_playbook
from models.domain.playbook.problems import PlaybookError
from models.domain.playbook.validate import validate
from services.cli.finding import Finding, fail, ok, warn
from services.cli.operating import SiteRow
from services.store.contexts import read_directory, read_sites

if TYPE_CHECKING:
    from services.store.contexts import Sql

WEEK = 7 * 24 * 60
DAY = 24 * 60
ANNOUNCED = 11
"""China's State Council publishes the next year's days in the autumn; from November on they are missed."""
_WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
RECORDER = "recorder"


def site(sql: "Sql", row: SiteRow, now: datetime, *, production: bool) -> Iterator[Finding]:
    """Everything of one site; a frozen one is only looked at, so that nothing of it can go wrong."""
    topic = row.code
    if row.clock == "frozen":
        yield ok(topic, f"{row.name}: frozen")
        return
    directory = read_directory(sql, read_sites(sql, [row.id])[row.id])
    yield from calendars(topic, directory, now)
    playbook = yield from rules(sql, topic, row, directory)
    if playbook is not None:
        yield from rosters(sql, topic, row, around_the_clock(playbook, directory))
    yield from people(sql, topic, row, directory, production=production and row.clock == "live")


def calendars(topic: str, directory: Directory, now: datetime) -> Iterator[Finding]:
    """This year's days have to be published; the next year's, once they should be."""
    for calendar in directory.calendars.values():
        year = calendar.local(now).year
        what, publish = f"{topic} calendar", "enter them: `./lianban publish-year REGION {} FILE`"
        if year not in calendar.published:
            yield fail(
                what,
                f"{calendar.code}: {year} is not published: its dates are provisional",
                publish.format(year),
            )
        elif year + 1 not in calendar.published:
            words = f"{calendar.code}: {year + 1} is not published yet: dates in it are provisional"
            late = calendar.local(now).month >= ANNOUNCED
            yield warn(what, words, publish.format(year + 1)) if late else ok(what, words)
        else:
            yield ok(what, f"{calendar.code}: published to {max(calendar.published)}")


def rules(
    sql: "Sql", topic: str, row: SiteRow, directory: Directory
) -> Generator[Finding, None, Playbook | None]:
    """The running playbook fits the site as it is now; returns it if so."""
    found = sql.execute(
        "SELECT code, version, source FROM playbook WHERE site_id = %s AND current", (row.id,)
    ).fetchone()
    what = f"{topic} playbook"
    if found is None:
        yield fail(what, "none is loaded", f"`./lianban load PLAYBOOK.toml --site {row.code}`")
        return None
    code, version, source = found
    try:
        parsed = read_playbook(f"{code}.toml", source)
        problems = validate(parsed, directory)
    except PlaybookError as error:
        problems = list(error.problems)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        yield fail(what, f"{problems[0]}{more}", "mend it and load it as the next version.")
        return None
    yield ok(what, f"{code}, version {version}")
    return parsed.playbook


def around_the_clock(playbook: Playbook, directory: Directory) -> list[str]:
    """The parties that may have to keep a limit at night."""
    bound = {capacity for capacity, limit, _ in obligations(playbook) if limit.clock is Clock.ALWAYS}
    return [code for code, party in directory.parties.items() if party.capacities & bound]


def rosters(sql: "Sql", topic: str, row: SiteRow, parties: Iterable[str]) -> Iterator[Finding]:
    """Somebody's turn at every minute of the week, for each party with limits around the clock."""
    turns: dict[str, list[tuple[list[int], time, time]]] = {}
    for party, days, begins, ends in sql.execute(
        "SELECT party, days, begins, ends FROM roster WHERE site_id = %s", (row.id,)
    ):
        turns.setdefault(party, []).append((days, begins, ends))
    phones = {
        party
        for (party,) in sql.execute(
            "SELECT party FROM channel WHERE site_id = %s AND party IS NOT NULL", (row.id,)
        )
    }
    gaps = {party: first_gap(turns.get(party, ())) for party in parties}
    for party, gap in gaps.items():
        if gap is None:
            continue
        words = f"{party} has 24x7 limits, and nobody has the turn on {gap}"
        if party in phones:
            yield warn(f"{topic} roster", f"{words}: its own channel is told", "fill the roster.")
        else:
            yield fail(f"{topic} roster", words, "fill the roster, or give the party a channel.")
    if all(gap is None for gap in gaps.values()):
        yield ok(f"{topic} roster", f"no gap for the {len(gaps)} parties with 24x7 limits")


def first_gap(turns: Iterable[tuple[Iterable[int], time, time]]) -> str | None:
    """The first minute of the week at which nobody has the turn, such as `Sat 08:30`; None: there is none.

    Days are ISO weekdays; a turn that does not end later than it begins ends on the next day.
    """
    spans: list[tuple[int, int]] = []
    for days, begins, ends in turns:
        first, last = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
        length = (last - first) % DAY or DAY
        for day in days:
            start = (day - 1) * DAY + first
            spans.append((start, start + length))
            # What runs over the end of Sunday covers the beginning of Monday.
            spans.append((start - WEEK, start - WEEK + length))
    covered = 0
    for start, end in sorted(spans):
        if start > covered:
            break
        covered = max(covered, end)
    if covered >= WEEK:
        return None
    return f"{_WEEKDAYS[covered // DAY]} {covered % DAY // 60:02}:{covered % 60:02}"


def people(
    sql: "Sql", topic: str, row: SiteRow, directory: Directory, *, production: bool
) -> Iterator[Finding]:
    """Everybody can be reached, and the coordinator is there."""
    members = sql.execute(
        "SELECT m.code, m.party, array_remove(array_agg(c.kind), NULL) FROM member m LEFT JOIN channel c"
        " ON c.site_id = m.site_id AND c.member = m.code WHERE m.site_id = %s AND m.party IS NOT NULL"
        " GROUP BY m.code, m.party ORDER BY m.code",
        (row.id,),
    ).fetchall()
    what = f"{topic} people"
    if directory.coordinator not in {code for code, _, __ in members}:
        yield fail(
            what, f"the coordinator {directory.coordinator} is no member", "name one in the site's file."
        )
    silent = [code for code, _, kinds in members if not kinds]
    if silent:
        yield warn(what, f"no channel: {', '.join(silent)}", "give each one; others are told in their place.")
    missing = sorted(set(directory.parties) - {party for _, party, __ in members})
    if missing:
        yield warn(what, f"nobody acts for {', '.join(missing)}", "add a member.")
    recorders = sum(kinds == [RECORDER] * len(kinds) for _, __, kinds in members if kinds)
    if recorders and production:
        yield fail(
            what, f"{recorders} people only have a recorder, which sends nothing", "give them channels."
        )
    elif not silent and not missing:
        only = f", {recorders} of them a recorder's alone" if recorders else ""
        yield ok(what, f"all {len(members)} have a channel{only}")
