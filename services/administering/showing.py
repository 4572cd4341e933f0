"""What the pages of the administration show of a site."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from services.administering.plans import rooms_on
from services.administering.soundness import RETIRED, problems, rules_of
from services.store.contexts import Sql

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SiteShown:
    """A site for whoever administers it."""

    head: Row
    rooms: list[Row]
    parties: list[Row]
    members: list[Row]
    placed: frozenset[str]


def _rows(sql: Sql, statement: str, **values: object) -> list[Row]:
    with sql.cursor(row_factory=dict_row) as cursor:
        return list(cursor.execute(statement.encode(), values).fetchall())


def site_shown(sql: Sql, site_id: int) -> SiteShown:
    """The site with its rooms, parties and people."""
    head = _rows(
        sql,
        "SELECT id, code, name, name_en, zone, phone, coordinator, version, floorplan IS NOT NULL AS has_plan"
        " FROM site WHERE id = %(id)s",
        id=site_id,
    )[0]
    plan = sql.execute("SELECT floorplan FROM site WHERE id = %s", (site_id,)).fetchone()
    return SiteShown(
        head,
        _rows(
            sql,
            "SELECT code, name, name_en, status, reason FROM space WHERE site_id = %(id)s ORDER BY position",
            id=site_id,
        ),
        _rows(
            sql,
            "SELECT code, name, name_en, capacities, in_compound, duty_roster FROM party"
            " WHERE site_id = %(id)s AND capacities <> '{}' ORDER BY position",
            id=site_id,
        ),
        _rows(
            sql,
            "SELECT m.code, m.party, m.name, m.role, EXISTS (SELECT FROM channel c"
            " WHERE c.site_id = m.site_id AND c.member = m.code) AS reachable, EXISTS (SELECT FROM standing t"
            " WHERE t.site_id = m.site_id AND t.member = m.code) AS account FROM member m"
            " WHERE m.site_id = %(id)s AND m.role <> %(gone)s AND m.party IS NOT NULL"
            " ORDER BY array_position(ARRAY['lead', 'handler'], m.role::text), m.code",
            id=site_id,
            gone=RETIRED,
        ),
        rooms_on(plan[0] if plan else None),
    )


def tokens_shown(sql: Sql, site_id: int) -> list[Row]:
    """The tokens that are not revoked, and when each was last used."""
    return _rows(
        sql,
        "SELECT t.digest, t.name, t.role, p.name AS party, t.scopes, t.created_at, t.expires_at, t.used_at,"
        " t.expires_at < statement_timestamp() AS over FROM access_token t"
        " LEFT JOIN party p ON p.site_id = t.site_id AND p.code = t.party"
        " WHERE t.site_id = %(id)s AND t.revoked_at IS NULL ORDER BY t.created_at DESC",
        id=site_id,
    )


def record_shown(sql: Sql, site_id: int) -> list[Row]:
    """The latest changes, the newest first, with the names of those who made them."""
    return _rows(
        sql,
        "SELECT r.at, r.action, r.subject, r.detail, r.role, coalesce(m.name, a.name, r.role) AS who,"
        " coalesce(x.name, p.name, y.name, r.subject) AS what FROM admin_record r"
        " LEFT JOIN member m ON m.site_id = r.site_id AND m.code = r.actor"
        " LEFT JOIN account a ON r.actor = 'account:' || a.id"
        " LEFT JOIN space x ON x.site_id = r.site_id AND x.code = r.subject AND (r.action LIKE 'room%%'"
        " OR r.action LIKE 'activity%%')"
        " LEFT JOIN party p ON p.site_id = r.site_id AND p.code = r.subject AND r.action LIKE 'party%%'"
        " LEFT JOIN member y ON y.site_id = r.site_id AND y.code = r.subject"
        " WHERE r.site_id = %(id)s ORDER BY r.id DESC LIMIT 100",
        id=site_id,
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a site has come from nothing to its first alert on somebody's phone."""

    phone: bool
    rooms: int
    problems: tuple[str, ...]
    without_people: tuple[str, ...]
    """Names of parties for whom nobody acts."""
    unreachable: tuple[str, ...]
    """Names of parties of whom nobody has a channel."""
    tested: bool
    """A message over a channel that leads outside was accepted by its service."""
    posters: bool
    reported: bool
    alerted_at: datetime | None
    """When the first notice of an order was accepted by a channel that leads outside."""


def progress(sql: Sql, site_id: int) -> Progress:
    """What is there, and what is missing."""
    shown = site_shown(sql, site_id)
    with_people = {one["party"] for one in shown.members}
    heard = {one["party"] for one in shown.members if one["reachable"]}
    heard |= {row[0] for row in sql.execute("SELECT party FROM channel WHERE site_id = %s", (site_id,))}
    row = sql.execute(
        "SELECT EXISTS (SELECT FROM delivery WHERE site_id = %(id)s AND kind <> 'recorder'"
        " AND state = 'accepted'), EXISTS (SELECT FROM admin_record WHERE site_id = %(id)s AND action ="
        " 'posters.hung'), EXISTS (SELECT FROM stream WHERE site_id = %(id)s),"
        " (SELECT min(finished_at) FROM delivery WHERE site_id = %(id)s AND kind <> 'recorder'"
        " AND state = 'accepted' AND stream_id > 0)",
        {"id": site_id},
    ).fetchone() or (False, False, False, None)
    return Progress(
        bool(shown.head["phone"]),
        sum(one["status"] != "closed" for one in shown.rooms),
        tuple(problems(sql, site_id, rules_of(sql, site_id))),
        tuple(one["name"] for one in shown.parties if one["code"] not in with_people),
        tuple(one["name"] for one in shown.parties if one["code"] not in heard),
        *row,
    )
