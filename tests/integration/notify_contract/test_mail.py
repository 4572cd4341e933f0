"""E-mail: each step's answer counts for what it is, and nothing is sent twice under two names."""

import email
import email.policy
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from services.gateways import MailServer
from services.notify.channels import Accepted, Outcome, Refused, Unknown
from services.notify.outside import Outside
from services.notify.outside_wire import Wire
from tests.integration.notify_contract.far_end import Far, Http, Smtp, serving
from tests.integration.notify_contract.lines import BODY, CANARY, Line, message


def test_what_the_server_took_is_accepted(mail: Line) -> None:
    assert mail.send() == Accepted()
    assert len(mail.far.got) == 1


def test_a_mail_says_what_was_worded_under_one_stable_id(mail: Line) -> None:
    mail.send()
    got = email.message_from_bytes(mail.far.got[0][1], policy=email.policy.default)
    assert (got["Message-ID"], got["Subject"], got["To"]) == (
        "<lianban-1@street.example>",
        "AIBO5-17 乒乓房 请主办",
        "fang@street.example",
    )
    assert got.get_content().replace("\r\n", "\n").strip() == BODY


@pytest.mark.parametrize(
    ("step", "status", "outcome"),
    [
        ("greeting", 421, Refused("The mail server answered 421 before it had the message.")),
        ("greeting", 554, Refused("The mail server answered 554 before it had the message.")),
        ("MAIL", 550, Refused("The mail server refused the sender (550).")),
        ("RCPT", 550, Refused("The mail server refused the recipient (550).")),
        ("RCPT", 450, Refused("The mail server refused the recipient (450).")),
        ("DATA", 503, Refused("The mail server refused it (503).")),
        ("end", 451, Refused("The mail server refused it (451).")),
        ("end", 554, Refused("The mail server refused it (554).")),
        ("end", 354, Unknown("The mail server answered 354.")),
    ],
)
def test_each_steps_refusal_is_told_without_the_address(
    mail: Line, step: str, status: int, outcome: Outcome
) -> None:
    mail.far.status = status
    assert mail.send(step) == outcome


@pytest.mark.parametrize("manner", ["reset", "drip"])
def test_mail_that_broke_off_after_the_text_is_unknown(mail: Line, manner: str) -> None:
    assert isinstance(mail.send(manner), Unknown)
    assert not mail.far.waited_for


def test_a_server_that_never_greets_got_nothing(mail: Line) -> None:
    assert isinstance(mail.send("hang"), Refused)


def test_what_is_no_mail_server_got_nothing(mail: Line) -> None:
    with serving(Http, Far()) as port:
        server = {**json.loads(mail.address)["server"], "port": port}
        address = json.dumps({"to": "fang@street.example", "server": server})
        assert isinstance(mail.notifier.send(message("email", address)), Refused)


def test_a_server_that_offers_no_tls_does_not_get_the_password(mail: Line) -> None:
    server = {**json.loads(mail.address)["server"], "security": "starttls", "user": "u", "password": "p"}
    address = json.dumps({"to": "fang@street.example", "server": server})
    assert isinstance(mail.notifier.send(message("email", address)), Refused)
    assert mail.far.got == []


def test_a_plain_address_goes_by_the_installations_server(mail: Line) -> None:
    server = MailServer.model_validate(json.loads(mail.address)["server"])
    assert Outside(mail=server, wire=Wire(2.0)).send(message("email", "fang@street.example")) == Accepted()
    assert isinstance(Outside().send(message("email", "fang@street.example")), Refused)


def test_a_title_with_line_ends_adds_no_header(mail: Line) -> None:
    mail.send(title="AIBO5-17\r\nBcc: all@street.example")
    assert not any(b"\nBcc:" in body for _, body in mail.far.got)


def test_no_address_and_no_password_is_logged(mail: Line, everything: Callable[[], str]) -> None:
    said = [str(mail.send(manner)) for manner in ("answer", "RCPT", "end", "reset", "hang")]
    assert "fang@street" not in " ".join(said) + everything()


@contextmanager
def guarded(proof: ssl.SSLContext, security: str, host: str = "localhost") -> Iterator[Line]:
    """A line to a server that wants TLS and a password."""
    far = Far()
    handler = type("Guarded", (Smtp,), {"proof": proof, "at_once": security == "ssl"})
    with serving(handler, far) as port:
        server = {
            "host": host,
            "port": port,
            "security": security,
            "sender": "lianban@street.example",
            "user": "lianban",
            "password": CANARY,
        }
        address = json.dumps({"to": "fang@street.example", "server": server})
        yield Line(Outside(wire=Wire(2.0, private=True)), "email", address, far)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_mail_leaves_by_tls_and_password(proof: ssl.SSLContext, security: str) -> None:
    with guarded(proof, security) as line:
        assert line.send() == Accepted()
        assert len(line.far.got) == 1


@pytest.mark.usefixtures("trusted")
def test_a_password_that_is_refused_is_told(proof: ssl.SSLContext) -> None:
    with guarded(proof, "starttls") as line:
        line.far.status = 535
        assert line.send("AUTH") == Refused("The mail server answered 535 before it had the message.")


@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_a_mail_server_that_cannot_prove_its_name_gets_neither(proof: ssl.SSLContext, security: str) -> None:
    with guarded(proof, security) as line:
        assert isinstance(line.send(), Refused)
        assert line.far.got == []
