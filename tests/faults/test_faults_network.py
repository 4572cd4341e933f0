"""The sink's record is the truth about what it took, and the broker's proxy can be away."""

import http.client
import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.faults import network as sinks
from tests.faults.network import HOOKS, Network

CLIENT_SECONDS = 1.0


@pytest.fixture
def broker() -> Iterator[Path]:
    """A socket that says back what it is told."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        path = Path(folder) / "echo.sock"
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                with line, suppress(OSError):
                    while data := line.recv(100):
                        line.sendall(data)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield path
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def network(broker: Path) -> Iterator[Network]:
    with Network(broker) as made:
        yield made


def posted(network: Network, path: str = f"{HOOKS}bao-jing") -> int | None:
    """The status of the answer, None without one."""
    line = http.client.HTTPConnection("127.0.0.1", network.sink.port, timeout=CLIENT_SECONDS)
    try:
        line.request("POST", path, json.dumps({"topic": "bao-jing"}), {"webhook-id": "lianban-1"})
        answer = line.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return None
    else:
        return answer.status
    finally:
        line.close()


@pytest.mark.parametrize(
    ("mood", "status", "taken"),
    [
        ("", 200, 1),
        ("slow", 200, 1),
        ("429", 429, 0),
        ("reset", None, 0),
        ("swallow", None, 1),
        ("hang", None, 0),
        ("drip", None, 0),
    ],
)
def test_the_sink_records_what_it_took_and_nothing_else(
    network: Network, mood: str, status: int | None, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinks, "DRIP_SECONDS", 2 * CLIENT_SECONDS)
    network.sink.misbehave(mood, 1.0)
    assert posted(network) == status
    assert len(network.sink.record.taken) == taken


def test_an_error_in_the_body_is_no_message_taken(network: Network) -> None:
    network.sink.misbehave("error-200", 1.0)
    assert posted(network, "/robot/send?access_token=baojing") == 200
    assert network.sink.record.taken == []


def test_where_the_status_alone_counts_an_error_is_told_by_it(network: Network) -> None:
    network.sink.misbehave("error-200", 1.0)
    assert posted(network) == 429


def said_back(network: Network, seconds: float = 10) -> bytes:
    port = int(network.proxy.url.rpartition(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        line.sendall(b"PING")
        return line.recv(100)


def test_the_proxy_passes_on_what_is_said(network: Network) -> None:
    assert said_back(network) == b"PING"


def test_an_absent_broker_refuses_and_a_healed_one_answers_again(network: Network) -> None:
    network.call(network.proxy.absent())
    with pytest.raises(ConnectionRefusedError):
        said_back(network)
    network.call(network.proxy.heal())
    assert said_back(network) == b"PING"


def test_a_black_hole_takes_everything_and_says_nothing(network: Network) -> None:
    network.call(network.proxy.black_hole())
    with pytest.raises(TimeoutError):
        said_back(network, 0.5)
    network.call(network.proxy.heal())
    assert said_back(network) == b"PING"
