"""Typed addresses: what can be sent to, and what is refused with which sentence."""

import pytest

from services.addresses import BadAddress, Email, Ntfy, parse_address


def test_a_plain_email_address_is_enough() -> None:
    assert parse_address("email", "fang@street.example") == Email(to="fang@street.example")


def test_fields_are_read_from_json() -> None:
    assert parse_address("ntfy", '{"host": "ntfy.example", "topic": "aibo"}') == Ntfy(
        host="ntfy.example", topic="aibo"
    )


@pytest.mark.parametrize("kind", ["bark", "schan", "lark", "wecom", "json", "recorder", ""])
def test_kinds_whose_refusals_cannot_be_told_are_not_served(kind: str) -> None:
    with pytest.raises(BadAddress, match="are not served"):
        parse_address(kind, "https://example/hook")


@pytest.mark.parametrize(
    ("kind", "address", "field"),
    [
        ("email", "not an address", "to"),
        ("email", '{"to": "a@b.c", "server": {"host": "x"}}', "server.sender"),
        ("ntfy", '{"host": "a/b?c", "topic": "t"}', "host"),
        ("ntfy", '{"host": "ntfy.example", "topic": "t", "attach": "/etc/passwd"}', "attach"),
        ("ntfy", "ntfy://host/topic", "address"),
        ("telegram", '{"token": "1:a", "chat": "1/2"}', "chat"),
    ],
)
def test_a_malformed_address_is_refused_by_field(kind: str, address: str, field: str) -> None:
    with pytest.raises(BadAddress, match=f"The {kind} channel's {field}: "):
        parse_address(kind, address)


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(BadAddress) as refusal:
        parse_address("telegram", '{"token": "123:SECRET", "chat": "SECRET"}')
    assert "SECRET" not in str(refusal.value)


def test_secrets_do_not_show_when_an_address_is_printed() -> None:
    assert "SECRET" not in repr(parse_address("telegram", '{"token": "123:SECRET", "chat": "1"}'))
