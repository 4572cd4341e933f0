"""What every answer carries, whatever it is an answer to."""

from __future__ import annotations

from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from services.api.app import make_app
from services.settings import Settings
from tests.integration.api.people_kit import PASSWORD, account
from tests.integration.api.routes_kit import OWN, enter, every_route, say, static_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.integration.api.conftest import World

HTTPS = "https://lianban.example.org"
FORM = "application/x-www-form-urlencoded"
REFERRERS = {"no-referrer", "same-origin"}
CHECKS: dict[str, Callable[[Mapping[str, str]], bool]] = {
    "nosniff": lambda it: it["x-content-type-options"] == "nosniff",
    "no frames, for old browsers": lambda it: it["x-frame-options"] == "DENY",
    "referrer": lambda it: it["referrer-policy"] in REFERRERS,
    "opener": lambda it: it["cross-origin-opener-policy"] == "same-origin",
    "resource": lambda it: it["cross-origin-resource-policy"] == "same-origin",
    "permissions": lambda it: "camera=()" in it["permissions-policy"],
    "transport": lambda it: it["strict-transport-security"] == "max-age=31536000; includeSubDomains",
    "nothing unless listed": lambda it: policy(it)["default-src"] == ["'none'"],
    "no frames": lambda it: policy(it)["frame-ancestors"] == ["'none'"],
    "sound of ours": lambda it: set(policy(it).get("media-src", [])) <= {"'self'", "blob:"},
    "nothing inline, nothing foreign": lambda it: sources(it) <= {"'none'", "'self'"},
    "kept by nobody else": lambda it: (
        it["cache-control"].startswith(("no-store", "private")) or "immutable" in it["cache-control"]
    ),
    "no word of what it is made of": lambda it: not {"server", "x-powered-by"} & set(it),
    "no other site may read it": lambda it: "access-control-allow-origin" not in it,
}


def policy(headers: Mapping[str, str]) -> dict[str, list[str]]:
    parts = [one.split() for one in headers["content-security-policy"].split(";")]
    return {one[0]: one[1:] for one in parts if one}


def sources(headers: Mapping[str, str]) -> set[str]:
    """Of all but sound: a recording is played on the page where it was made, before it is sent."""
    return {source for kind, listed in policy(headers).items() if kind != "media-src" for source in listed}


def wrong_with(headers: Mapping[str, str]) -> list[str]:
    return [name for name, holds in CHECKS.items() if not _holds(holds, headers)]


def _holds(check: Callable[[Mapping[str, str]], bool], headers: Mapping[str, str]) -> bool:
    try:
        return check(headers)
    except KeyError:
        return False


@pytest.fixture(scope="module")
def secure(world: World) -> World:
    """The same world where people reach it over https."""
    told = Settings.read(
        {
            "LIANBAN_ENV": "test",
            "LIANBAN_DATA": str(world.settings.data),
            "LIANBAN_SECRET_KEY": "k" * 40,
            "LIANBAN_PUBLIC_URL": HTTPS,
            "LIANBAN_REQUESTS_PER_ADDRESS": "1000000",
            "LIANBAN_REQUESTS_PER_CALLER": "1000000",
        }
    )
    return type(world)(make_app(world.app.state.shop, told), world.worker, told, world.site_ids)


def browser(world: World) -> TestClient:
    return TestClient(world.app, HTTPS, raise_server_exceptions=False, follow_redirects=False, headers=OWN)


def asked(world: World) -> Iterator[tuple[str, Any]]:
    """Every route in every way that leads to another kind of answer."""
    code = world.report()
    token = {"Authorization": f"Bearer {world.token('lead', 'committee')}"}
    inside = browser(world)
    enter(world, inside)
    routes = every_route(world.app, code=code) + static_files()
    for path in sorted({one.path for one in routes} | {"/nonsense", "/api/v1/nonsense", "/static/nonsense"}):
        methods = {one.method for one in routes if one.path == path} | {"GET", "OPTIONS", "DELETE", "POST"}
        for method in sorted(methods - ({"GET"} if path == "/health/engine" else set())):
            for who, client, headers in (
                ("stranger", browser(world), {}),
                ("token", inside, token),
                ("inside", inside, {}),
            ):
                yield f"{method} {path} as {who}", client.request(method, path, headers=headers)
            if method not in {"GET", "OPTIONS"}:
                kind = {"Content-Type": "application/json" if path.startswith("/api/") else FORM}
                large = b"x" * (22 if path.endswith("/photos") else 2) * 1024 * 1024
                yield (
                    f"{method} {path} too large",
                    inside.request(method, path, content=large, headers=token | kind),
                )
                yield f"{method} {path} malformed", inside.request(method, path, json=[1], headers=token)


@pytest.fixture(scope="module")
def answers(secure: World) -> list[tuple[str, Any]]:
    return list(asked(secure))


def test_every_answer_carries_them(answers: list[tuple[str, Any]]) -> None:
    wrong, statuses, number = [], {answer.status_code for _, answer in answers}, len(answers)
    for what, answer in answers:
        wrong += [f"{what} ({answer.status_code}): {name}" for name in wrong_with(answer.headers)]
    assert wrong == []
    assert statuses >= {200, 303, 401, 403, 404, 405, 413, 415, 422}
    say(f"{number} answers ({sorted(statuses)}) x {len(CHECKS)} checks = {number * len(CHECKS)}")


def test_a_missing_one_is_found_out() -> None:
    assert set(wrong_with({"content-security-policy": "default-src 'self' 'unsafe-inline'"})) >= {
        "nosniff",
        "no frames",
        "nothing unless listed",
        "nothing inline, nothing foreign",
    }


@pytest.mark.parametrize("path", ["/api/v1/orders", "/", "/health/ready"])
def test_an_error_of_ours_carries_them_too(secure: World, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    for at in (
        "services.api.orders.orders_page",
        "services.web.routes.orders_page",
        "services.api.health._ask",
    ):
        monkeypatch.setattr(at, broken)
    headers = {"Authorization": f"Bearer {secure.token('lead', 'committee')}"}
    answer = browser(secure).get(path, headers=headers)
    assert (answer.status_code, wrong_with(answer.headers)) == (500, [])


def test_without_https_a_browser_is_not_told_to_insist_on_it(world: World) -> None:
    assert "strict-transport-security" not in world.client().get("/sign-in").headers


# ── cookies ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(secure: World) -> None:
    client, login = browser(secure), account(secure)
    answers = [
        client.post("/sign-in/password", data={"login": login, "password": PASSWORD}),
        client.post("/sign-in/code/ask", data={"login": login}),
        client.get("/sign-in?lang=en"),
        client.post("/sign-out"),
    ]
    cookies = [SimpleCookie(one) for answer in answers for one in answer.headers.get_list("set-cookie")]
    found = [(name, one) for cookie in cookies for name, one in cookie.items()]
    assert len(found) == len(answers)
    for name, one in found:
        assert name.startswith("__Host-")
        assert (one["secure"], one["httponly"], one["samesite"], one["path"], one["domain"]) == (
            True,
            True,
            "lax",
            "/",
            "",
        )


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────


class Inline(HTMLParser):
    """What a page brings along itself, or fetches from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in {"style", "base", "iframe", "object", "embed"} or (tag == "script" and not told.get("src")):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in told if name == "style" or name.startswith("on")]
        for name in ("src", "href", "action", "poster", "data"):
            if (told.get(name) or "/").startswith(("http:", "https:", "//", "data:", "javascript:")):
                self.found.append(f"{tag} {name}={told[name]}")


def test_no_page_has_anything_inline_or_from_elsewhere(answers: list[tuple[str, Any]]) -> None:
    pages, wrong = 0, []
    for what, answer in answers:
        if answer.headers.get("content-type", "").startswith("text/html"):
            pages += 1
            reader = Inline()
            reader.feed(answer.text)
            wrong += [f"{what}: {one}" for one in reader.found]
    assert wrong == []
    assert pages > 30
