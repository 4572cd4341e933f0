"""Signing in by an organisation's own service: OpenID Connect, the code flow with PKCE.

The service says who somebody is; what he may do here stands in his account's standings alone.
"""

import json
import secrets
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.identity import accounts
from services.identity.entering import Browser, Door, Entered, NotLetIn
from services.identity.providers import OutsideAway, Provider
from services.identity.sign_ins import Stage, begin
from services.secrets import CannotOpen
from services.store.transactions import transaction

SECONDS = 5
LASTS_SECONDS = 600
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
STRONG = frozenset({"mfa", "otp", "hwk", "swk", "face", "fpt"})
"""Ways of authenticating (RFC 8176) that are a second factor of the service's own."""
ROW = "oidc:journey"


@cache
def discovered(issuer: str) -> dict[str, Any]:
    """What the service says of itself, read once a process."""
    found = _read(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer", "").rstrip("/") != issuer.rstrip("/"):
        raise OutsideAway
    return found


def _read(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise OutsideAway from error
    return found


@dataclass(frozen=True, slots=True)
class Journey:
    """What the browser keeps, sealed, while it is away at the service."""

    state: str
    nonce: str
    verifier: str
    at: float


@dataclass(frozen=True, slots=True)
class Outside:
    """Signing in by a service."""

    door: Door
    provider: Provider
    return_url: str

    def leave(self) -> tuple[str, str]:
        """Where to send the browser, and what it has to keep until it is back."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        journey = Journey(state, nonce, verifier, time.time())
        url, _ = self._session().create_authorization_url(
            discovered(self.provider.issuer)["authorization_endpoint"],
            state=journey.state,
            nonce=journey.nonce,
            code_verifier=journey.verifier,
        )
        kept = json.dumps([journey.state, journey.nonce, journey.verifier, journey.at])
        return url, self.door.ring.seal(kept, ROW)

    def come_back(self, url: str, kept: str, browser: Browser) -> Entered:
        """Sign in whom the service vouches for.

        Raises:
            NotLetIn: he has no account here, or the journey is not this browser's.
            OutsideAway: the service cannot be asked.
        """
        claims = self._claims(url, self._opened(kept))
        email = claims.get("email") if claims.get("email_verified") is True else None
        with transaction(self.door.engine) as sql:
            row = sql.execute(
                "SELECT * FROM lianban_find_outside(%s, %s)", (self.provider.issuer, claims["sub"])
            ).fetchone()
            if row is None:
                found = accounts.by_login(sql, email) if email else None
                if found is None:
                    raise NotLetIn
                accounts.become(sql, found.id)
                sql.execute(
                    "INSERT INTO outside_identity (issuer, subject, account_id, created_at)"
                    " VALUES (%s, %s, %s, statement_timestamp())",
                    (self.provider.issuer, claims["sub"], found.id),
                )
                account_id = found.id
            else:
                account_id = row[0]
            accounts.become(sql, account_id)
            account = accounts.by_id(sql, account_id)
            if account.disabled:
                raise NotLetIn
            if STRONG & set(claims.get("amr", ())):
                return Entered(begin(sql, account_id, Stage.FULL, browser.agent), Stage.FULL)
            return self.door.after_first(sql, account, browser)

    def _session(self, state: str | None = None) -> OAuth2Session:
        return OAuth2Session(
            self.provider.client_id,
            self.provider.client_secret.get_secret_value(),
            scope="openid email profile",
            redirect_uri=self.return_url,
            state=state,
            code_challenge_method="S256",
            default_timeout=SECONDS,
        )

    def _opened(self, kept: str) -> Journey:
        try:
            journey = Journey(*json.loads(self.door.ring.open(kept, ROW)))
        except (CannotOpen, ValueError, TypeError):
            raise NotLetIn from None
        if time.time() - journey.at > LASTS_SECONDS:
            raise NotLetIn
        return journey

    def _claims(self, url: str, journey: Journey) -> dict[str, Any]:
        service = discovered(self.provider.issuer)
        try:
            with self._session(journey.state) as session:
                token = session.fetch_token(
                    service["token_endpoint"], authorization_response=url, code_verifier=journey.verifier
                )
        except requests.RequestException as error:
            raise OutsideAway from error
        except AuthlibBaseError:  # another state, a refused code
            raise NotLetIn from None
        keys = KeySet.import_key_set(_read(service["jwks_uri"]))  # type: ignore[arg-type]
        try:
            read = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=60,
                iss={"essential": True, "value": service["issuer"]},
                aud={"essential": True, "value": self.provider.client_id},
                nonce={"essential": True, "value": journey.nonce},
                sub={"essential": True},
                exp={"essential": True},
            ).validate(read.claims)
        except (JoseError, KeyError, ValueError):
            raise NotLetIn from None
        return read.claims
