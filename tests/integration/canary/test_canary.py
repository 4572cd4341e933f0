"""Secrets and personal data, put in everywhere, come out nowhere: the real stack, errors made on purpose."""

from collections.abc import Iterator

import pytest

from tests.integration.canary.canaries import OF_PEOPLE, OF_SETTINGS, addresses, found_in, spellings
from tests.integration.canary.everywhere import Everywhere, searched

PLACES = (
    *(
        "log of api",
        "log of first_steps",
        "log of worker",
        "log of sender",
        "log of pulse",
        "log of postgres",
        "log of valkey",
    ),
    *("web server with access log", "worker without its broker", "metrics", "health", "OpenAPI", "problems"),
    *("doctor", "doctor without a database", "audit", "timers", "dead list", "notices CODE", "load"),
    *("token list", "ledger verify", "links CODE", "ledger export", "backup", "notices", "alerts"),
    *("quarantine", "service record", "command lines", "environments of servers and decoder"),
)
QUIET = {"alerts"}
"""There, nothing may stand as well."""
STATIC = {**OF_SETTINGS, **OF_PEOPLE, **dict(addresses())}


@pytest.fixture(scope="module")
def everywhere() -> Iterator[Everywhere]:
    with searched() as made:
        yield made


@pytest.mark.parametrize("place", PLACES)
def test_no_canary_sings_in(everywhere: Everywhere, place: str) -> None:
    assert everywhere.places[place] or place in QUIET
    assert found_in(everywhere.places[place], {**STATIC, **everywhere.canaries}) == set()


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("log of api", "unexpected"),
        ("log of pulse", "cycle_failed"),
        ("log of worker", "celery.app.trace"),
        ("log of sender", "RaiseException"),
        ("web server with access log", "GET /api/v1/orders/"),
        ("problems", "urn:lianban:problem:internal"),
        ("ledger export", "OrderReported"),
        ("service record", "The service"),
    ],
)
def test_what_was_broken_on_purpose_was_told(everywhere: Everywhere, place: str, word: str) -> None:
    """Else nothing would have been found because nothing was said."""
    assert word in everywhere.places[place]


def test_everything_that_was_said_was_searched(everywhere: Everywhere) -> None:
    assert set(everywhere.places) - set(PLACES) == {"account list"}


@pytest.mark.parametrize("name", sorted(STATIC))
def test_a_leak_is_found_however_it_is_spelt(name: str) -> None:
    for spelling in spellings(STATIC[name]):
        assert name in found_in(f"10:00 [error] {spelling} more", STATIC)
