"""Real sockets: an endpoint that takes connections and never answers holds up nobody else."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from models.domain.playbook.site_model import ChannelSpec
from services.notify.endpoints import AT_ONCE
from services.notify.expanding import expand
from services.notify.outside import Outside
from services.notify.outside_wire import Wire
from services.notify.sending import send
from services.secrets import ring
from tests.databases import SPEC
from tests.integration.notices_kit import URL, Place, noticed

HEALTHY = ("committee", "property", "asset_company")
SICK = "client"
PATIENCE_SECONDS = 4.0


class Accepting(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"id": "x", "event": "message"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def accepting() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Accepting) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def hanging() -> Iterator[tuple[int, list[socket.socket]]]:
    """Takes every connection, reads nothing, says nothing; the connections that it has."""
    held: list[socket.socket] = []
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def hold() -> None:
            while not over.is_set():
                try:
                    held.append(listener.accept()[0])
                except TimeoutError:
                    continue

        thread = Thread(target=hold)
        thread.start()
        try:
            yield listener.getsockname()[1], held
        finally:
            over.set()
            thread.join()
            for one in held:
                one.close()


@pytest.fixture
def ports() -> Iterator[tuple[int, int, list[socket.socket]]]:
    with ExitStack() as stack:
        well = stack.enter_context(accepting())
        sick, held = stack.enter_context(hanging())
        yield well, sick, held


def at_ports(well: int, sick: int, *, count: int = 3) -> list[ChannelSpec]:
    def address(party: str, port: int) -> str:
        return json.dumps({"host": "127.0.0.1", "port": port, "secure": False, "topic": party})

    ports = {**dict.fromkeys(HEALTHY, well), SICK: sick}
    return [ChannelSpec("ntfy", address(party, port), None, party) for party, port in ports.items()]


def test_healthy_endpoints_do_not_wait_for_one_that_hangs(
    place: Callable[..., Place], ports: tuple[int, int, list[socket.socket]]
) -> None:
    well, sick, held = ports
    here = place(replace(SPEC, channels=tuple(at_ports(well, sick))), live=True)
    key = here.report(None)
    here.sql("DELETE FROM notice WHERE site_id = %s", here.site_id)
    long_ago = datetime.now(UTC) - timedelta(seconds=60)
    for number in range(20):  # those that hang are the oldest of all
        noticed(here, key, (SICK, "lead", "closed"), now=long_ago + timedelta(seconds=number))
    told_meanwhile = Event()

    def meanwhile() -> None:
        """More comes for the healthy ones while the sick one hangs."""
        if held and not told_meanwhile.is_set():
            told_meanwhile.set()
            for number in range(20):
                now = datetime.now(UTC) - timedelta(seconds=number)
                noticed(here, key, *((party, "lead", "closed") for party in HEALTHY), now=now)
        expand(here.shop, here.scope(None))

    outside = Outside(ring(), wire=Wire(PATIENCE_SECONDS, private=True))
    send(here.shop, here.scope(None), public_url=URL, outside=outside, meanwhile=meanwhile)

    well_at, well_count = here.sql(
        "SELECT max(finished_at), count(*) FROM delivery WHERE party <> %s AND site_id = %s"
        " AND state = 'accepted'",
        *(SICK, here.site_id),
    )[0]
    sick_at = here.sql(
        "SELECT min(p.at) FROM delivery_step p JOIN delivery d ON d.id = p.delivery_id"
        " WHERE d.party = %s AND d.site_id = %s AND p.step = 'unknown'",
        *(SICK, here.site_id),
    )[0][0]
    assert well_count == 20 * len(HEALTHY)
    assert well_at < sick_at


def test_an_endpoint_that_hangs_has_few_sends_open_and_then_none(
    place: Callable[..., Place], ports: tuple[int, int, list[socket.socket]]
) -> None:
    well, sick, held = ports
    here = place(replace(SPEC, channels=tuple(at_ports(well, sick))), live=True)
    key = here.report(None)
    here.sql("DELETE FROM notice WHERE site_id = %s", here.site_id)
    now = datetime.now(UTC)
    for number in range(40):
        noticed(here, key, (SICK, "lead", "closed"), now=now - timedelta(seconds=number))
    outside = Outside(ring(), wire=Wire(PATIENCE_SECONDS, private=True))
    here.deliver(outside=outside)
    # Two rows of them, the breaker opens in the second, and on a slow machine one more tries after its pause.
    assert len(held) <= 4 * AT_ONCE
    waiting = here.sql(
        "SELECT count(*), max(attempts) FROM delivery WHERE state = 'queued' AND site_id = %s", here.site_id
    )
    assert waiting == [(40 - len(held), 0)]
