"""Tracking codes: by one of them who reported without an account comes back to the order, and to no other.

80 random bits in 16 letters and digits that can be read out and typed from paper. Only a keyed hash is kept,
of this order alone. With an Idempotency-Key the code hangs on that key, so that a request that is repeated
because its answer got lost is answered with the same code, though it is kept nowhere.
"""

import hmac
import re
import unicodedata
from base64 import b32encode

from sqlalchemy import Engine

from models.domain.streams import Actor, Role, StreamKey
from services.callers import Caller
from services.identity import tries
from services.identity.tries import Limit
from services.secrets import KeyRing
from services.store.contexts import Sql
from services.store.transactions import transaction

VIA = "code"
"""What an event says of an actor who came by a tracking code."""
LONGEST = 64
TRIES = Limit(5, tries.QUARTER)
"""Of one order from one address, until one was right."""
LOOKS = Limit(600, tries.QUARTER)
"""From one address: a whole compound may share one."""
BYTES = 10
_TO_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_AS_READ = str.maketrans("OIL", "011")
_ORDER = re.compile("([A-Z][A-Z0-9]{0,15})-([1-9][0-9]{0,17})")


def code_of(ring: KeyRing, key: StreamKey, seed: str) -> str:
    """The order's code: the same for the same seed, which nobody else knows."""
    raw = bytes.fromhex(ring.fingerprint(f"tracking code of {key.site_id}/{key.stream_id}: {seed}"))[:BYTES]
    return written(raw)


def written(raw: bytes) -> str:
    """Random bytes as a code that can be read out and typed."""
    text = b32encode(raw).decode().translate(_TO_CROCKFORD)
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def keep(sql: Sql, ring: KeyRing, key: StreamKey, code: str) -> None:
    """Let the code open the order from now on."""
    sql.execute(
        "INSERT INTO tracking_code (site_id, stream_id, digest, created_at)"
        " VALUES (%s, %s, %s, statement_timestamp()) ON CONFLICT DO NOTHING",
        (key.site_id, key.stream_id, _digest(ring, key, code)),
    )


def keep_follower(sql: Sql, ring: KeyRing, key: StreamKey, code: str) -> None:
    """Let the code show from now on what anybody may see of the order; it acts for nobody."""
    sql.execute(
        "INSERT INTO follower (site_id, stream_id, digest, created_at)"
        " VALUES (%s, %s, %s, statement_timestamp()) ON CONFLICT DO NOTHING",
        (key.site_id, key.stream_id, _digest(ring, key, code)),
    )


def site_of(engine: Engine, code: str) -> int | None:
    """The id of a site by its code; that there is one stands on posters."""
    with transaction(engine) as sql:
        row = sql.execute("SELECT lianban_find_site(%s)", (code,)).fetchone()
    return row[0] if row else None


def caller_by_code(engine: Engine, ring: KeyRing, order: str, code: str, address: str) -> Caller | None:
    """Who reported the order, if that is its code, or who follows it; each try is counted before it is made.

    Who follows is a resident of whom nothing is known: he sees no more than anybody.

    A code that is wrong, of another order or of none, and an order without a code: all None.

    Raises:
        TooManyTries: too many wrong codes, or too many looks from this address.
    """
    network = tries.network_of(address)
    wrong = f"track:{ring.fingerprint(f'track:{order}:{network}')}"
    tries.spend(engine, {wrong: TRIES, f"looks:{ring.fingerprint(f'looks:{network}')}": LOOKS})
    named = _ORDER.fullmatch(order)
    site_id = site_of(engine, named[1]) if named else None
    if named is None or site_id is None:
        return None
    key = StreamKey(site_id, int(named[2]))
    with transaction(engine, [site_id]) as sql:
        digest = _digest(ring, key, code)
        person = _person_of(sql, key, digest)
        if person == "":
            return None
        tries.forgive(sql, wrong)
    return Caller(f"code:{digest}", Actor(Role.RESIDENT, None, person, VIA), {named[1]: site_id})


def _person_of(sql: Sql, key: StreamKey, digest: str) -> str | None:
    """Who has the code: the reporter; None for somebody who follows the order of another; "" for nobody."""
    row = sql.execute(
        "SELECT c.digest, t.state->'reporter'->>'person' FROM tracking_code c"
        " JOIN stream t USING (site_id, stream_id) WHERE site_id = %s AND stream_id = %s",
        (key.site_id, key.stream_id),
    ).fetchone()
    if row is not None and hmac.compare_digest(row[0], digest):
        person: str | None = row[1]
        return person
    follows = sql.execute(
        "SELECT 1 FROM follower WHERE site_id = %s AND stream_id = %s AND digest = %s",
        (key.site_id, key.stream_id, digest),
    ).fetchone()
    return None if follows else ""


def _digest(ring: KeyRing, key: StreamKey, code: str) -> str:
    return ring.fingerprint(f"tracked {key.site_id}/{key.stream_id}: {plain(code)}")


def plain(code: str) -> str:
    """The code however it was typed: spaces, case, full width, O for 0, I and L for 1."""
    folded = unicodedata.normalize("NFKC", code[:LONGEST]).upper().translate(_AS_READ)
    return "".join(one for one in folded if one.isalnum())
