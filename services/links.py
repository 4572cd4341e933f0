"""Links in messages by which their recipients act: acknowledge, not ours, done, on one order for one party;
or sign the minutes of one meeting, as the lead of one party.

A link is an opaque secret of which only the hash is kept. It stands behind the `#` of an address, which
browsers send to nobody: no log, proxy or preview that asks a server ever has it; the page there posts it.

It ends after a week, when it was opened too often or is revoked, and by itself with what it stands on: the
order, the party's assignment, the person's place among the party's people. That is asked anew at each step,
so that nothing has to remember to revoke it.
"""

import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from models.domain.streams import Actor, Role, StreamKey
from models.domain.words import ACTING, ENDED, OVER, AssignmentState
from services.callers import Caller, digest_of
from services.store.contexts import Sql

LANDING = "/l"
"""Where every link leads; it shows nothing before the secret is posted to it."""
FOLDER = f"{LANDING}/"
"""Of the pages that opened links lead to."""
VIA = "link"
"""What an event says of an actor who came by a link."""
ACTIONS = ("acknowledge", "done", "return")
SIGN = "sign"
"""What the link of a meeting is for."""
LASTS = timedelta(days=7)
"""Longer than the week's end and a holiday's bridge; shorter than most would keep a phone that was found."""
KEPT_FOR = timedelta(days=90)
"""Past its end, to tell by which message somebody acted."""
_BYTES = 20
"""160 bits: 32 letters and digits without case, which no phone's keyboard and no Markdown spoils."""
LONGEST = 64
MOST_USES = 50
"""Openings in its week: for a shift's few people and their several looks, and far from an open door."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A delivery that would carry a link, and to whom it goes."""

    delivery_id: int
    key: StreamKey
    party: str
    member: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link that stands."""

    folder: ClassVar[str] = FOLDER
    visit: ClassVar[timedelta] = timedelta(hours=2)
    """How long a browser is let in since the page was last shown; opening it again takes two taps."""

    digest: str
    key: StreamKey
    site: str
    """The site's code."""
    party: str
    member: str | None
    role: Role
    delivery_id: int
    actions: frozenset[str]
    now: datetime | None
    """The site's time on a virtual clock; None: the database's."""

    @property
    def caller(self) -> Caller:
        """Who acts by it: the person whom the message went to, else whoever holds the party's phone."""
        person = self.member or f"{VIA}:{self.digest[:16]}"
        return Caller(self.digest, Actor(self.role, self.party, person, VIA), {self.site: self.key.site_id})


# Of a link `l`, its stream `t`, its site `s` and its member `m`, if it has one.
_OURS = """
CASE t.kind
WHEN 'meeting' THEN t.state->'minutes'->'signers' ? l.party
    AND t.status IN ('minutes', 'signed') AND m.party = l.party AND m.role = 'lead'
ELSE t.status <> ALL (%(ended)s)
    AND t.state->'assignments'->l.party->>'duty' = ANY (%(acting)s)
    AND t.state->'assignments'->l.party->>'state' <> ALL (%(over)s)
    AND (l.member IS NULL OR (m.party = l.party AND m.role IN ('handler', 'lead')))
END
"""
"""On a meeting a lead signs the minutes; on an order somebody does the party's work."""
_STANDS = f"""
l.revoked_at IS NULL AND l.expires_at > coalesce(s.virtual_now, statement_timestamp())
AND coalesce(t.state->'assignments'->l.party->>'dispatched_at', t.state->'minutes'->>'at')::timestamptz
    <= l.created_at AND {_OURS}
"""
"""An assignment of another round, or another draft of minutes, came later and has links of its own."""
_LEFT_TO_DO = """
CASE t.kind WHEN 'meeting' THEN t.status = 'minutes' AND NOT coalesce(t.state->'signatures' ? l.party, false)
ELSE t.state->'assignments'->l.party->>'state' <> %(done)s END
"""
_BESIDE = """
JOIN stream t ON t.site_id = l.site_id AND t.stream_id = l.stream_id
LEFT JOIN member m ON m.site_id = l.site_id AND m.code = l.member
"""
_WORDS = {
    "ended": [str(one) for one in ENDED],
    "acting": [str(one) for one in ACTING],
    "over": [str(one) for one in OVER],
}

_MINT = f"""
INSERT INTO act_link (site_id, digest, stream_id, party, member, delivery_id, actions, created_at, expires_at)
SELECT l.site_id, l.digest, l.stream_id, l.party, l.member, l.delivery_id,
    CASE t.kind WHEN 'meeting' THEN %(signing)s::text[] ELSE %(actions)s::text[] END,
    coalesce(%(now)s, statement_timestamp()), coalesce(%(now)s, statement_timestamp()) + %(lasts)s
FROM unnest(%(sites)s::int[], %(digests)s::text[], %(streams)s::bigint[], %(parties)s::text[],
    %(members)s::text[], %(deliveries)s::bigint[])
    AS l (site_id, digest, stream_id, party, member, delivery_id)
{_BESIDE} WHERE {_OURS} AND {_LEFT_TO_DO}
RETURNING delivery_id
"""  # noqa: S608 - our own constants


def mint(sql: Sql, public_url: str, many: Sequence[Wanted], now: datetime | None) -> dict[int, str]:
    """A link's address by delivery, for each whose recipient has something left to do; in one statement.

    A message that is worded again gets another link: the earlier one may have arrived. `now` is a virtual
    clock's time, None the database's.
    """
    if not many:
        return {}
    tokens = {one.delivery_id: b32encode(secrets.token_bytes(_BYTES)).decode().lower() for one in many}
    rows = sql.execute(
        _MINT,
        {
            "sites": [one.key.site_id for one in many],
            "digests": [digest_of(tokens[one.delivery_id]) for one in many],
            "streams": [one.key.stream_id for one in many],
            "parties": [one.party for one in many],
            "members": [one.member for one in many],
            "deliveries": [one.delivery_id for one in many],
            "actions": list(ACTIONS),
            "signing": [SIGN],
            "lasts": LASTS,
            "now": now,
            "done": str(AssignmentState.DONE),
        }
        | _WORDS,
    ).fetchall()
    home = public_url.rstrip("/")
    return {row[0]: f"{home}{LANDING}#{tokens[row[0]]}" for row in rows}


def open_with(sql: Sql, token: str) -> Link | None:
    """The link of a token, with one more use counted; None if it does not stand, or was used up."""
    found = find(sql, digest_of(token.lower())) if len(token) <= LONGEST else None
    if found is None:
        return None
    counted = sql.execute(
        "UPDATE act_link SET uses = uses + 1 WHERE (site_id, digest) = (%s, %s) AND uses < %s",
        (found.key.site_id, found.digest, MOST_USES),
    ).rowcount
    return found if counted else None


def find(sql: Sql, digest: str) -> Link | None:
    """The link of a hash that still stands; its site is what the transaction sees from then on."""
    row = sql.execute(
        "SELECT set_config('lianban.sites', site_id::text, true) FROM lianban_find_link(%s)", (digest,)
    ).fetchone()
    if row is None:
        return None
    found = sql.execute(_FIND, {"digest": digest, "site": int(row[0])} | _WORDS).fetchone()
    if found is None:
        return None
    site_id, stream_id, site, party, member, role, delivery_id, actions, now = found
    key = StreamKey(site_id, stream_id)
    return Link(digest, key, site, party, member, Role(role), delivery_id, frozenset(actions), now)


_FIND = f"""
SELECT l.site_id, l.stream_id, s.code, l.party, l.member, coalesce(m.role, 'handler'), l.delivery_id,
    l.actions, s.virtual_now
FROM act_link l JOIN site s ON s.id = l.site_id {_BESIDE}
WHERE l.site_id = %(site)s AND l.digest = %(digest)s AND {_STANDS}
"""  # noqa: S608 - our own constants


@dataclass(frozen=True, slots=True)
class Listed:
    """A link as the operator sees it."""

    digest: str
    party: str
    member: str | None
    delivery_id: int
    created_at: datetime
    expires_at: datetime
    uses: int
    """How often it was opened, of MOST_USES."""
    state: str
    """``open``, ``revoked``, ``expired``, ``used up``, or ``ended`` with what it stood on."""


def listed(sql: Sql, key: StreamKey) -> list[Listed]:
    """All links of an order that are still on record, the oldest first."""
    rows = sql.execute(_LIST, {"site": key.site_id, "stream": key.stream_id, "most": MOST_USES} | _WORDS)
    return [Listed(*row) for row in rows]


_LIST = f"""
SELECT l.digest, l.party, l.member, l.delivery_id, l.created_at, l.expires_at, l.uses,
    CASE WHEN l.revoked_at IS NOT NULL THEN 'revoked'
         WHEN l.expires_at <= coalesce(s.virtual_now, statement_timestamp()) THEN 'expired'
         WHEN l.uses >= %(most)s THEN 'used up'
         WHEN {_STANDS} THEN 'open' ELSE 'ended' END
FROM act_link l JOIN site s ON s.id = l.site_id {_BESIDE}
WHERE l.site_id = %(site)s AND l.stream_id = %(stream)s ORDER BY l.created_at, l.delivery_id
"""  # noqa: S608 - our own constants


def revoke(sql: Sql, key: StreamKey, *, member: str | None = None) -> int:
    """End an order's links at once, or those of one person; how many were not revoked before."""
    return sql.execute(
        "UPDATE act_link SET revoked_at = statement_timestamp() WHERE site_id = %s AND stream_id = %s"
        " AND revoked_at IS NULL AND (%s::text IS NULL OR member = %s)",
        (key.site_id, key.stream_id, member, member),
    ).rowcount


def forget_old(sql: Sql) -> None:
    """Drop what ended long ago."""
    sql.execute("DELETE FROM act_link WHERE expires_at < statement_timestamp() - %s", (KEPT_FOR,))
