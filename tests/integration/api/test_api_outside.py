"""Signing in by an organisation's own service: a real OpenID provider on a port of this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from models.domain.streams import Role
from services.identity import accounts, outside, providers
from services.store.transactions import transaction
from services.web import entrance

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

OWN = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
BACK = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "k1"}) for _ in range(2))


class Provider:
    """Hands out codes, and id tokens for them, as it is told to."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.key = KEY
        self.asked: dict[str, str] = {}
        provider = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(provider.told(urlsplit(self.path).path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                self._answer(provider.token({name: one[0] for name, one in parse_qs(body).items()}))

            def _answer(self, told: dict[str, Any]) -> None:
                self.send_response(400 if "error" in told else 200)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(told).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def authorize(self, url: str) -> tuple[str, str]:
        """What the browser is sent back with: code and state."""
        self.asked = {name: one[0] for name, one in parse_qs(urlsplit(url).query).items()}
        return "the-code", self.asked["state"]

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        if form.get("code") != "the-code" or not form.get("code_verifier"):
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "lianban",
            "sub": "s-1",
            "exp": now + 60,
            "iat": now,
            "nonce": self.asked["nonce"],
        } | self.claims
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def provider(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    made = Provider()
    told = {"name": "街道", "issuer": made.issuer, "client_id": "lianban", "client_secret": "s"}
    monkeypatch.setattr(entrance, "provider_of", lambda _: providers.Provider.model_validate(told))
    yield made
    made.server.shutdown()
    made.server.server_close()


def account(world: World, role: Role = Role.HANDLER) -> str:
    login = f"{uuid4().hex[:8]}@example.org"
    with transaction(world.worker.engine) as sql:
        account_id = accounts.create(sql, login, "施玲")
        accounts.stand(sql, account_id, world.site_ids["AIBO5"], role, party="street")
    return login


def journey(world: World, provider: Provider, **claims: Any) -> tuple[Any, Any]:
    client = world.client()
    provider.claims = {"email_verified": True, "sub": uuid4().hex} | claims
    away = client.post("/sign-in/outside", headers=OWN)
    assert away.status_code == 303, away.text
    code, state = provider.authorize(away.headers["location"])
    return client, client.get(f"/sign-in/outside/return?code={code}&state={state}", headers=BACK)


def test_who_the_service_vouches_for_is_let_in_as_what_the_account_is(
    world: World, provider: Provider
) -> None:
    login = account(world)
    client, back = journey(world, provider, email=login)
    assert back.headers["location"] == "/"
    assert login in client.get("/me", headers=OWN).text


def test_he_is_known_again_though_his_address_there_has_changed(world: World, provider: Provider) -> None:
    login = account(world)
    journey(world, provider, email=login, sub="kept")
    client, _ = journey(world, provider, email="new@example.org", sub="kept")
    assert login in client.get("/me", headers=OWN).text


def test_a_lead_still_needs_the_second_step_unless_the_service_did_one(
    world: World, provider: Provider
) -> None:
    login = account(world, Role.LEAD)
    _, weak = journey(world, provider, email=login)
    assert weak.headers["location"] == "/sign-in/enrol"
    _, strong = journey(world, provider, email=login, amr=["pwd", "mfa"])
    assert strong.headers["location"] == "/"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@example.org"},
        {"email_verified": False},
        {"aud": "somebody-else"},
        {"iss": "https://evil.example.org"},
        {"nonce": "another"},
        {"exp": 1},
    ],
    ids=str,
)
def test_nobody_else_is_let_in(world: World, provider: Provider, claims: dict[str, Any]) -> None:
    client, back = journey(world, provider, **({"email": account(world)} | claims))
    assert back.status_code == 401
    assert "还没有账号" in back.text
    assert client.get("/me", headers=OWN).headers["location"] == "/sign-in"


def test_a_token_signed_by_somebody_else_lets_nobody_in(world: World, provider: Provider) -> None:
    provider.key = OTHER_KEY
    _, back = journey(world, provider, email=account(world))
    assert back.status_code == 401


def test_a_journey_that_another_browser_began_ends_nowhere(world: World, provider: Provider) -> None:
    provider.claims = {"email": account(world), "email_verified": True}
    away = world.client().post("/sign-in/outside", headers=OWN)
    code, state = provider.authorize(away.headers["location"])
    back = world.client().get(f"/sign-in/outside/return?code={code}&state={state}", headers=BACK)
    assert back.status_code == 401


def test_a_service_that_is_away_is_told_in_a_sentence(world: World, provider: Provider) -> None:
    outside.discovered.cache_clear()
    provider.server.shutdown()
    provider.server.server_close()
    answer = world.client().post("/sign-in/outside", headers=OWN)
    assert (answer.status_code, "没有回应" in answer.text) == (503, True)
