"""The wire: where it goes and where not, and whom it believes."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from services.notify.channels import Accepted, Refused
from services.notify.outside import Outside
from services.notify.outside_wire import Request, Unreached, Wire, is_public
from tests.integration.notify_contract.far_end import Far, Http, serving
from tests.integration.notify_contract.lines import message

PRIVATE = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1"),
    *("fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1"),
    *("fe80::1%eth0", "2001:db8::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_of_the_open_internet_are_private(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.107.1.1", "2400:3200::1", "::ffff:8.8.8.8"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


HOSTS = [
    *("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "0177.0.0.1", "017700000001"),
    *("0x7f000001", "127.0.0.1.", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]"),
    *("evil.example@127.0.0.1", "127.0.0.1#@evil.example", "127。0。0。1", "①②⑦.0.0.1"),
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_webhook_does_not_reach_this_machine_however_it_is_spelt(host: str) -> None:
    far = Far(204)
    with serving(Http, far) as port:
        address = f'{{"url": "https://{host}:{port}/", "secret": "0123456789abcdef"}}'
        outcome = Outside(wire=Wire(2.0)).send(message("webhook", address))
    assert isinstance(outcome, Refused)
    assert far.got == []


def test_a_name_with_one_private_address_among_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(Unreached, match="private"):
        Wire(1.0).post(Request("https://rebound.example/", b""))


def test_a_name_is_asked_once_and_what_was_looked_at_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def found(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1" if host == "party.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    far = Far(204)
    with serving(Http, far) as port:
        Wire(2.0, private=True).post(Request(f"http://party.example:{port}/", b"x"))
    assert asked == ["party.example", "127.0.0.1"]
    assert f"Host: party.example:{port}" in far.got[0][0]


def test_nothing_goes_out_without_tls() -> None:
    with pytest.raises(Unreached, match="TLS"):
        Wire(1.0).post(Request("http://party.example/", b""))


def test_private_addresses_are_reached_where_the_installation_allows_it() -> None:
    with serving(Http, Far(204)) as port:
        address = f'{{"url": "http://127.0.0.1:{port}/", "secret": "0123456789abcdef"}}'
        assert Outside(wire=Wire(2.0, private=True)).send(message("webhook", address)) == Accepted()


def test_each_connection_is_cut_at_its_own_instant() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        host, port = mute.getsockname()[:2]
        with Wire(60.0, private=True).reached(host, port) as (long, _):
            with Wire(0.2, private=True).reached(host, port) as (short, _):
                short.settimeout(10.0)
                assert short.recv(1) == b""
            long.settimeout(0.05)
            with pytest.raises(TimeoutError):
                long.recv(1)


class Tls(Http):
    """The same behind TLS, under a certificate for `localhost`."""

    context: ssl.SSLContext

    def setup(self) -> None:
        self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()


@pytest.fixture
def secure(proof: ssl.SSLContext) -> Iterator[tuple[int, Far]]:
    far = Far(200, b"{}")
    with serving(type("Secured", (Tls,), {"context": proof}), far) as port:
        yield port, far


def test_a_server_that_cannot_prove_its_name_is_sent_nothing(secure: tuple[int, Far]) -> None:
    port, far = secure
    with pytest.raises(Unreached, match="TLS"):
        Wire(2.0, private=True).post(Request(f"https://localhost:{port}/", b"x"))
    assert far.got == []


@pytest.mark.usefixtures("trusted")
def test_a_server_that_proves_its_name_is_sent_the_message(secure: tuple[int, Far]) -> None:
    port, far = secure
    assert Wire(2.0, private=True).post(Request(f"https://localhost:{port}/p?q=1", b"x")).status == 200
    assert (far.got[0][0].splitlines()[0], far.got[0][1]) == ("POST /p?q=1 HTTP/1.1", b"x")


@pytest.mark.usefixtures("trusted")
def test_another_servers_name_is_not_believed(secure: tuple[int, Far]) -> None:
    port, far = secure
    with pytest.raises(Unreached, match="TLS"):
        Wire(2.0, private=True).post(Request(f"https://127.0.0.1:{port}/", b"x"))
    assert far.got == []
