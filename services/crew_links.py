"""Crew links: who holds one opens a party's orders on site without an account, and acts for the party.

As with the links of messages, the secret stands behind `#` and only its hash is kept. A crew link ends after
30 days, when it was opened too often or is revoked, and with the party or the person for whom it was made:
that is asked anew at each step.
"""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from models.domain.streams import Actor, Role
from services.callers import Caller, digest_of
from services.links import KEPT_FOR, LANDING, LONGEST
from services.store.contexts import Sql

FOLDER = "/c/"
"""Of the pages that opened crew links lead to."""
VIA = "crew_link"
"""What an event says of an actor who came by one."""
LASTS = timedelta(days=30)
MOST_USES = 600
"""Openings in its 30 days: a crew of a few phones, several times a day."""
LONGEST_NAME = 40
_BYTES = 20


@dataclass(frozen=True, slots=True)
class CrewLink:
    """A crew link that stands."""

    folder: ClassVar[str] = FOLDER
    visit: ClassVar[timedelta] = timedelta(days=7)
    """How long a browser is let in since it last looked: what waits in a phone gets through on Monday."""

    digest: str
    site_id: int
    site: str
    """The site's code."""
    party: str
    member: str | None
    name: str
    role: Role
    only: int | None = None
    """The one order that it opens, of a craftsman's link."""

    def opens(self, stream_id: int) -> bool:
        """Whether it leads to this order."""
        return self.only in {None, stream_id}

    @property
    def caller(self) -> Caller:
        """Who acts by it: the person for whom it was made, else whoever holds it."""
        person = self.member or f"{VIA}:{self.digest[:16]}"
        return Caller(self.digest, Actor(self.role, self.party, person, VIA), {self.site: self.site_id})


@dataclass(frozen=True, slots=True)
class For:
    """For whom a crew link is made: a party's member, or somebody by name."""

    site_id: int
    party: str
    name: str
    member: str | None = None
    only: int | None = None
    """For a craftsman: the one order."""


class NoSuchMember(LookupError):
    """The party has nobody of this code who handles orders; see its members."""


_STANDS = """
l.revoked_at IS NULL AND l.expires_at > coalesce(s.virtual_now, statement_timestamp())
AND EXISTS (SELECT FROM party p WHERE p.site_id = l.site_id AND p.code = l.party)
AND (l.member IS NULL OR (m.party = l.party AND m.role IN ('handler', 'lead')))
"""
_FROM = """
FROM crew_link l JOIN site s ON s.id = l.site_id
LEFT JOIN member m ON m.site_id = l.site_id AND m.code = l.member
"""


def create(sql: Sql, wanted: For, public_url: str) -> str:
    """Make a crew link; its address is shown this once, only the hash of the secret is kept.

    Raises:
        NoSuchMember: the party has no such handler or lead.
    """
    known = sql.execute(
        "SELECT FROM member WHERE site_id = %s AND code = %s AND party = %s AND role IN ('handler', 'lead')",
        (wanted.site_id, wanted.member, wanted.party),
    ).fetchone()
    if wanted.member is not None and known is None:
        raise NoSuchMember(wanted.member)
    token = b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    sql.execute(
        "INSERT INTO crew_link (site_id, digest, party, member, name, stream_id, created_at, expires_at)"
        " SELECT id, %s, %s, %s, %s, %s, coalesce(virtual_now, statement_timestamp()),"
        " coalesce(virtual_now, statement_timestamp()) + %s FROM site WHERE id = %s",
        (
            *(digest_of(token), wanted.party, wanted.member, wanted.name[:LONGEST_NAME], wanted.only),
            *(LASTS, wanted.site_id),
        ),
    )
    return f"{public_url.rstrip('/')}{LANDING}#{token}"


def open_with(sql: Sql, token: str) -> CrewLink | None:
    """The crew link of a token, with one more use counted; None if it does not stand, or was used up."""
    found = find(sql, digest_of(token.lower())) if len(token) <= LONGEST else None
    if found is None:
        return None
    counted = sql.execute(
        "UPDATE crew_link SET uses = uses + 1, used_at = statement_timestamp()"
        " WHERE (site_id, digest) = (%s, %s) AND uses < %s",
        (found.site_id, found.digest, MOST_USES),
    ).rowcount
    return found if counted else None


def find(sql: Sql, digest: str) -> CrewLink | None:
    """The crew link of a hash that still stands; its site is what the transaction sees from then on."""
    row = sql.execute(
        "SELECT set_config('lianban.sites', site_id::text, true) FROM lianban_find_crew_link(%s)", (digest,)
    ).fetchone()
    if row is None:
        return None
    found = sql.execute(
        "SELECT l.digest, l.site_id, s.code, l.party, l.member, l.name, coalesce(m.role, 'handler'),"
        " l.stream_id"
        f"{_FROM} WHERE l.site_id = %s AND l.digest = %s AND {_STANDS}",
        (int(row[0]), digest),
    ).fetchone()
    if found is None:
        return None
    digest, site_id, site, party, member, name, role, only = found
    return CrewLink(digest, site_id, site, party, member, name, Role(role), only)


@dataclass(frozen=True, slots=True)
class Listed:
    """A crew link as the party's lead and the operator see it."""

    digest: str
    party: str
    name: str
    created_at: datetime
    expires_at: datetime
    uses: int
    used_at: datetime | None
    state: str
    """``open``, ``revoked``, ``expired``, ``used up``, or ``ended`` with the person for whom it was made."""

    @property
    def id(self) -> str:
        """Enough of the hash to tell links apart, nothing to open one with."""
        return self.digest[:16]


def listed(sql: Sql, site_id: int, party: str | None = None) -> list[Listed]:
    """The crew links of a party that are still on record, or of all, the newest first."""
    rows = sql.execute(
        "SELECT l.digest, l.party, l.name, l.created_at, l.expires_at, l.uses, l.used_at,"
        " CASE WHEN l.revoked_at IS NOT NULL THEN 'revoked'"
        " WHEN l.expires_at <= coalesce(s.virtual_now, statement_timestamp()) THEN 'expired'"
        f" WHEN l.uses >= %s THEN 'used up' WHEN {_STANDS} THEN 'open' ELSE 'ended' END"
        f"{_FROM} WHERE l.site_id = %s AND (%s::text IS NULL OR l.party = %s)"
        " ORDER BY l.created_at DESC, l.digest",
        (MOST_USES, site_id, party, party),
    )
    return [Listed(*row) for row in rows]


def revoke(sql: Sql, site_id: int, beginning: str, party: str | None = None) -> int:
    """End the crew links whose hash begins so, of one party or of all; how many were not revoked before."""
    return sql.execute(
        "UPDATE crew_link SET revoked_at = statement_timestamp() WHERE site_id = %s AND revoked_at IS NULL"
        " AND starts_with(digest, %s) AND (%s::text IS NULL OR party = %s)",
        (site_id, beginning, party, party),
    ).rowcount


def forget_old(sql: Sql) -> None:
    """Drop what ended long ago."""
    sql.execute("DELETE FROM crew_link WHERE expires_at < statement_timestamp() - %s", (KEPT_FOR,))
