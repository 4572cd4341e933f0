"""From notices to deliveries: who hears it is found when it is due, by the roster of that instant.

A person hears of one stream and instant once: notices that fall together are expanded together, by whoever
locks them first, whatever lease the others stand under. All of it is one transaction in the database, so a
repeated or overtaken attempt finds nothing left to do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from models.domain.business_time.arithmetic import next_open
from models.domain.codec import decode
from models.domain.directory import Directory
from models.domain.orders.kind import ORDER
from models.domain.playbook.site_model import Turn, Weekday
from models.domain.streams import Urgency
from services.alerts import raise_alert
from services.execute import Shop
from services.notify import endpoints_rows
from services.notify.channels import RECORDER
from services.notify.expanding_moot import Told, is_moot
from services.notify.people import Channel, Member, People, Recipient, recipients
from services.store.claims import Claim, Queue, Scope, claim, note
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.transactions import now_of, transaction

BATCH = 100
WAITED = timedelta(minutes=5)
"""What a notice told so long ago may be over by now."""
NOBODY = "nobody_reached"
"""The alert for a party of which nobody can be told anything."""

log = structlog.get_logger("lianban.notify")


@dataclass(frozen=True, slots=True)
class Due:
    """A notice whose time has come."""

    id: int
    site_id: int
    stream_id: int
    party: str
    role: str
    urgency: str
    created_at: datetime
    why: list[str]


@dataclass(frozen=True, slots=True)
class Site:
    """What the expansion has to know of a site."""

    clock: SiteClock
    directory: Directory
    people: People

    @property
    def is_live(self) -> bool:
        """Whether messages may leave the house: a clock that somebody sets must never ring a real phone."""
        return self.clock.clock == "live"


def expand(shop: Shop, scope: Scope, limit: int = BATCH) -> int:
    """Turn due notices into deliveries to people; returns how many were taken."""
    taken = claim(shop.engine, Queue.NOTICE, scope, limit)
    if not taken.rows:
        return 0
    try:
        _expand(shop, scope, taken)
    except Exception:  # whatever it was, it must not take the healthy rows with it
        log.exception("batch_failed", queue=str(taken.queue), size=len(taken.rows))
        for row in taken.rows:
            _alone(shop, scope, Claim(taken.queue, taken.token, (row,)))
    return len(taken.rows)


def _alone(shop: Shop, scope: Scope, taken: Claim) -> None:
    try:
        _expand(shop, scope, taken)
    except Exception as error:
        log.exception("poison", queue=str(taken.queue), notice=taken.rows[0][0])
        note(shop.engine, taken, error)


def _expand(shop: Shop, scope: Scope, taken: Claim) -> None:
    site_ids = sorted({row[1] for row in taken.rows})
    with transaction(shop.engine, site_ids) as sql:
        now = scope.now or now_of(sql)
        due = _lock(sql, taken, now)
        outcomes = dict.fromkeys(_moot(sql, due, now), "moot")
        sites = read_sites_told(shop, sql, {one.site_id for one in due})
        rows: list[Row] = []
        for group in _groups(one for one in due if one.id not in outcomes):
            more, found = _rows(group, sites[group[0].site_id], now)
            rows += more
            outcomes |= {one.id: "told" if one.id in found else "nobody" for one in group}
        _write(sql, rows)
        _alert(sql, [one for one in due if outcomes[one.id] == "nobody"], sites)
        sql.execute(
            "UPDATE notice n SET expanded_at = %s, outcome = t.outcome, lease_until = NULL,"
            " lease_token = NULL FROM unnest(%s::bigint[], %s::text[]) AS t (id, outcome) WHERE n.id = t.id",
            (now, list(outcomes), list(outcomes.values())),
        )


_NOW = """
SELECT n.id, s.state,
    (SELECT array_agg(f.party) FROM firing f WHERE (f.site_id, f.stream_id) = (n.site_id, n.stream_id)
        AND f.fired_at = n.created_at AND NOT f.skipped)
FROM notice n JOIN stream s USING (site_id, stream_id) WHERE n.id = ANY (%s) AND s.kind = %s
"""


def _moot(sql: Sql, due: Iterable[Due], now: datetime) -> list[int]:
    """The notices that had to wait, and by now are no longer true; danger never is."""
    waited = {one.id: one for one in due if one.urgency != Urgency.DANGER and now - one.created_at > WAITED}
    if not waited:
        return []
    rows = sql.execute(_NOW, (list(waited), ORDER.name)).fetchall()
    told = {
        number: Told(waited[number].party, tuple(waited[number].why), late or ()) for number, _, late in rows
    }
    return [number for number, state, _ in rows if is_moot(told[number], decode(ORDER.state_type, state))]


def _alert(sql: Sql, unheard: Iterable[Due], sites: dict[int, Site]) -> None:
    """A site whose clock somebody sets is nobody's trouble."""
    live = {(sites[one.site_id].clock.code, one.party): one for one in unheard if sites[one.site_id].is_live}
    for (code, party), one in sorted(live.items()):
        words = f"{code}-{one.stream_id}: nobody of {party} has a channel."
        raise_alert(sql, NOBODY, f"{code}:{party}", words)


_LOCK = """
WITH mine AS MATERIALIZED (
    SELECT DISTINCT site_id, stream_id, created_at FROM notice
    WHERE id = ANY (%(ids)s) AND lease_token = %(token)s AND expanded_at IS NULL
)
SELECT n.id, n.site_id, n.stream_id, n.party, n.role, n.urgency, n.created_at, n.why
FROM mine JOIN notice n USING (site_id, stream_id, created_at)
WHERE n.expanded_at IS NULL AND n.send_at <= %(now)s
ORDER BY n.id FOR UPDATE OF n
"""


def _lock(sql: Sql, taken: Claim, now: datetime) -> list[Due]:
    """The claimed notices whose lease still stands, and the due ones of the same streams and instants.

    Locked in the order of their ids, so that two who want the same wait for one another; the later one then
    finds them expanded.
    """
    rows = sql.execute(
        _LOCK, {"ids": [row[0] for row in taken.rows], "token": taken.token, "now": now}
    ).fetchall()
    return [Due(*row) for row in rows]


def _groups(due: Iterable[Due]) -> Iterable[list[Due]]:
    def key(one: Due) -> tuple[int, int, datetime]:
        return one.site_id, one.stream_id, one.created_at

    for _, group in groupby(sorted(due, key=lambda one: (*key(one), one.id)), key):
        yield list(group)


Row = tuple[int, int, str, int, str, str | None, int, str, str | None, str, bool, datetime]


def _rows(group: Sequence[Due], site: Site, now: datetime) -> tuple[list[Row], set[int]]:
    """One delivery a person for all that the stream has to say at the instant, and what has been told so."""
    told: dict[tuple[str, str | None], tuple[Recipient, list[Due]]] = {}
    for notice in group:
        found = recipients(
            site.people, notice.party, notice.role, now, wakes=_wakes(notice, site.directory, now)
        )
        if not found:
            log.warning(NOBODY, notice=notice.id, party=notice.party, role=notice.role)
        for one in found:
            # A person is told once whatever the party that it is heard for; a party as such for itself.
            person = ("", one.member) if one.member else (one.party, None)
            told.setdefault(person, (one, []))[1].append(notice)
    rows = [_row(site, one, notices, now) for one, notices in told.values()]
    return rows, {notice.id for _, notices in told.values() for notice in notices}


def _row(site: Site, one: Recipient, notices: Sequence[Due], now: datetime) -> Row:
    kind = one.channel.kind if site.is_live else RECORDER
    first = notices[0]
    danger = any(notice.urgency == Urgency.DANGER for notice in notices)
    return (
        *(first.site_id, first.id, ",".join(str(notice.id) for notice in notices), first.stream_id),
        *(one.party, one.member, one.channel.id, kind, None if kind == RECORDER else one.channel.endpoint),
        *(one.language, danger, now),
    )


def _wakes(notice: Due, directory: Directory, now: datetime) -> bool:
    """Whether it is danger, and nobody is at work there."""
    if notice.urgency != Urgency.DANGER or notice.party not in directory.parties:
        return False
    return next_open(directory.calendar_of(notice.party), now) > now


def _write(sql: Sql, rows: list[Row]) -> None:
    if not rows:
        return
    sql.execute(
        "INSERT INTO delivery (site_id, notice_id, notice_ids, stream_id, party, member, channel_id,"
        " kind, endpoint, language, danger, created_at, due_at)"
        " SELECT s, n, string_to_array(ns, ',')::bigint[], i, p, m, c, k, e, l, d, a, a"
        " FROM unnest(%b::int[], %b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::text[],"
        " %b::int[], %b::text[], %b::text[], %b::text[], %b::bool[], %b::timestamptz[])"
        " AS t (s, n, ns, i, p, m, c, k, e, l, d, a)"
        " ON CONFLICT (notice_id, member, channel_id) DO NOTHING",
        [list(column) for column in zip(*rows, strict=True)],
    )
    endpoints_rows.know(sql, {row[8]: row[7] for row in rows if row[8] is not None})


def read_sites_told(shop: Shop, sql: Sql, site_ids: set[int]) -> dict[int, Site]:
    """The sites with everybody there who can be told something, as they are now."""
    return {
        number: Site(clock, shop.contexts.of(sql, clock).site, read_people(sql, number))
        for number, clock in read_sites(sql, site_ids).items()
    }


def read_people(sql: Sql, site_id: int) -> People:
    """Everybody at the site with turns and channels, as the rows are now."""
    head = sql.execute("SELECT zone, language, coordinator FROM site WHERE id = %s", (site_id,)).fetchone()
    if head is None:
        raise LookupError(site_id)
    by_member, by_party = _channels(sql, site_id)
    members = sql.execute(
        "SELECT code, party, role, language FROM member WHERE site_id = %s AND party IS NOT NULL"
        " ORDER BY code",
        (site_id,),
    ).fetchall()
    turns = sql.execute(
        "SELECT party, member, days, begins, ends FROM roster WHERE site_id = %s ORDER BY id", (site_id,)
    ).fetchall()
    away = sql.execute(
        "SELECT a.member, a.substitute FROM absence a JOIN site s ON s.id = a.site_id WHERE a.site_id = %s"
        " AND a.begins <= coalesce(s.virtual_now, statement_timestamp())"
        " AND a.ends > coalesce(s.virtual_now, statement_timestamp())",
        (site_id,),
    ).fetchall()
    duty = sql.execute("SELECT code FROM party WHERE site_id = %s AND duty_roster", (site_id,)).fetchall()
    return People(
        zone=ZoneInfo(head[0]),
        language=head[1],
        coordinator=head[2],
        members={
            code: Member(code, party, role, language, tuple(by_member.get(code, ())))
            for code, party, role, language in members
        },
        roster=tuple(
            Turn(party, member, _days(days), begins, ends) for party, member, days, begins, ends in turns
        ),
        phones={party: tuple(channels) for party, channels in by_party.items()},
        round_the_clock=frozenset(row[0] for row in duty),
        away=dict(away),
    )


def _days(iso: Iterable[int]) -> frozenset[Weekday]:
    week = tuple(Weekday)
    return frozenset(week[day - 1] for day in iso)


def _channels(sql: Sql, site_id: int) -> tuple[dict[str, list[Channel]], dict[str, list[Channel]]]:
    """By member and by party, the preferred one first."""
    by_member: dict[str, list[Channel]] = {}
    by_party: dict[str, list[Channel]] = {}
    rows: Sequence[tuple[Any, ...]] = sql.execute(
        "SELECT member, party, id, kind, address, endpoint FROM channel WHERE site_id = %s"
        " ORDER BY preference, id",
        (site_id,),
    ).fetchall()
    for member, party, *rest in rows:
        where = by_member if member is not None else by_party
        where.setdefault(member or party, []).append(Channel(*rest))
    return by_member, by_party
