"""Who says an opinion without an account: whoever holds the code that was handed out with the first one.

One code has one opinion a phase. The code proves nobody's address; who asks for many is counted by network,
and at the site as a whole, in PostgreSQL.
"""

import secrets
from datetime import timedelta

from models.domain.streams import Actor, Role
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.identity import tries
from services.identity.tries import Limit
from services.privacy import codes
from services.secrets import KeyRing

LONGEST = codes.LONGEST
NEW_PER_NETWORK = Limit(20, timedelta(days=1))
"""New voices from one address a day: a compound may share one, a machine would want thousands."""
SAID_PER_NETWORK = Limit(100, timedelta(hours=1))
SAID_PER_SITE = Limit(500, timedelta(hours=1))


def new_code(ring: KeyRing, seed: str | None = None) -> str:
    """80 random bits, to be read out and typed from paper; the same for the same seed."""
    if seed is None:
        return codes.written(secrets.token_bytes(codes.BYTES))
    return codes.written(bytes.fromhex(ring.fingerprint(f"code of a voice: {seed}"))[: codes.BYTES])


def voice(shop: Shop, ring: KeyRing, site: str, code: str) -> Caller:
    """A resident at a site by the code; "" is somebody who has none yet. Raises UnknownStream."""
    site_id = codes.site_of(shop.engine, site)
    if site_id is None:
        raise UnknownStream(site)
    person = person_of(ring, site_id, code) if code else None
    return Caller(person or "public", Actor(Role.RESIDENT, None, person, codes.VIA), {site: site_id})


def person_of(ring: KeyRing, site_id: int, code: str) -> str:
    """Opaque, the same for the same code however it was typed; the code itself is kept nowhere."""
    return f"v:{ring.fingerprint(f'voice at {site_id}: {codes.plain(code)}')[:32]}"


def count(shop: Shop, ring: KeyRing, site: str, address: str, *, new: bool) -> None:
    """Count before it is said. Raises TooManyTries: nothing is kept then."""
    network = tries.network_of(address)
    limits = {
        f"said:{ring.fingerprint(f'said:{site}:{network}')}": SAID_PER_NETWORK,
        f"said-site:{site}": SAID_PER_SITE,
    }
    if new:
        limits[f"voice:{ring.fingerprint(f'voice:{site}:{network}')}"] = NEW_PER_NETWORK
    tries.spend(shop.engine, limits)
