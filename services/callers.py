"""Who calls: the sites that the caller may see, and as whom it acts there."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from models.domain.policy import Permission, permits
from models.domain.streams import Actor, Role
from services.store.contexts import Sql
from services.store.transactions import see


class Scope(StrEnum):
    """What a token may be used for, within what its role may do."""

    READ = "read"
    REPORT = "report"
    ACT = "act"
    METRICS = "metrics"


ALL_SCOPES = frozenset(Scope)
LONGEST_SECRET = 200
USED_EVERY = timedelta(minutes=5)


class NotPermitted(Exception):
    """The caller's role, or the token's scope, does not allow this; ask whoever let you in."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller as the policy knows it. `id` is stable, means nothing outside, and scopes idempotency keys."""

    id: str
    actor: Actor
    """As whom it acts, unless `by_site` says otherwise."""
    sites: Mapping[str, int]
    """Ids of the visible sites by code."""
    by_site: Mapping[int, Actor] = field(default_factory=dict)
    """As whom it acts at each site, where these differ."""
    account: int | None = None
    scopes: frozenset[Scope] = ALL_SCOPES
    """What a token is for; a person may do all that the role may."""

    def at(self, site_id: int) -> Actor:
        """As whom it acts at a site."""
        return self.by_site.get(site_id, self.actor)

    def may(self, permission: Permission, site_id: int) -> bool:
        """Whether the policy lets it do this at a site that it sees."""
        return site_id in self.sites.values() and permits(self.at(site_id).role, permission)

    def sites_where(self, permission: Permission) -> list[int]:
        """The sites at which the policy lets it do this."""
        return [one for one in self.site_ids if self.may(permission, one)]

    @property
    def site_ids(self) -> list[int]:
        """What row-level security is told."""
        return sorted(self.sites.values())


def digest_of(secret: str) -> str:
    """What is kept of a token or a sign-in."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret(prefix: str) -> str:
    """256 random bits; the prefix says what it is where it turns up by mistake."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom a token or a sign-in is made."""

    site_id: int
    role: Role
    party: str | None = None
    member: str | None = None


def create_token(
    sql: Sql, holder: Holder, *, name: str, lasts: timedelta | None, scopes: Iterable[Scope] = ALL_SCOPES
) -> str:
    """Make an API token; it is shown this once, only its hash is kept."""
    secret = new_secret("lbt")
    sql.execute(
        "INSERT INTO access_token (site_id, digest, name, party, role, member, scopes, created_at,"
        " expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, statement_timestamp(), statement_timestamp() + %s)",
        (
            *(holder.site_id, digest_of(secret), name, holder.party, str(holder.role), holder.member),
            *(sorted(map(str, scopes)), lasts),
        ),
    )
    return secret


def callers_by_tokens(sql: Sql, given: Iterable[str]) -> dict[str, Caller]:
    """The callers of those tokens that are neither expired nor revoked; last use is noted now and then."""
    by_digest = {digest_of(secret): secret for secret in given}
    rows = sql.execute(
        "SELECT digest, site_id, code, party, role, member, scopes,"
        " used_at IS NULL OR used_at < statement_timestamp() - %s FROM lianban_find_tokens(%s)",
        (USED_EVERY, list(by_digest)),
    ).fetchall()
    found = {}
    for digest, site_id, code, party, role, member, scopes, unnoted in rows:
        actor = Actor(Role(role), party, member or f"token:{digest[:16]}")
        found[by_digest[digest]] = Caller(
            digest, actor, {code: site_id}, scopes=frozenset(map(Scope, scopes))
        )
        if unnoted:
            see(sql, site_id)
            sql.execute(
                "UPDATE access_token SET used_at = statement_timestamp() WHERE site_id = %s AND digest = %s",
                (site_id, digest),
            )
    return found


def code_of_site(sql: Sql, site_id: int) -> str | None:
    """The site's code; the transaction sees the site from here on."""
    see(sql, site_id)
    row = sql.execute("SELECT code FROM site WHERE id = %s", (site_id,)).fetchone()
    return row[0] if row else None
