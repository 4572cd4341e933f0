"""Whom to tell of a weakness: named to everybody, or nobody."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.settings import Settings, SettingsError

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

PATH = "/.well-known/security.txt"
CONTACT = "mailto:security@example.org"


def fields(world: "World") -> dict[str, str]:
    world.app.state.settings = world.settings.model_copy(update={"security_contact": CONTACT})
    text = world.client().get(PATH).text
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_without_a_contact_there_is_no_such_file(world: "World") -> None:
    assert world.client().get(PATH).status_code == 404


def test_a_stranger_reads_the_contact_and_where_it_is_told(world: "World") -> None:
    told = fields(world)
    assert (told["Contact"], told["Canonical"]) == (CONTACT, world.settings.public_url + PATH)


def test_it_expires_in_the_future_and_within_a_year_as_rfc_9116_has_it(world: "World") -> None:
    expires = datetime.fromisoformat(fields(world)["Expires"])
    assert timedelta(0) < expires - datetime.now(UTC) < timedelta(days=365)


@pytest.mark.parametrize(
    "contact", ["security@example.org", "javascript:alert(1)", "mailto:a@b.c\nContact: x"]
)
def test_a_contact_that_is_no_address_is_refused(contact: str) -> None:
    with pytest.raises(SettingsError, match="LIANBAN_SECURITY_CONTACT"):
        Settings.read({"LIANBAN_SECURITY_CONTACT": contact})
