"""The lines of the contract, each with its own far end."""

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.notify.outside import Outside
from tests.integration.notify_contract.far_end import Far, Http, Smtp, serving
from tests.integration.notify_contract.lines import ADDRESSES, Line, Turned, address_of

REPLIES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "replies.toml").read_text(encoding="utf-8")
)
PATIENCE_SECONDS = 0.4


@contextmanager
def line_of(name: str) -> Iterator[Line]:
    """A line that answers with its acceptance unless told otherwise."""
    far = Far(REPLIES[name][0].get("status", 200), REPLIES[name][0]["body"].encode())
    with serving(Http, far) as port:
        wire = Turned(PATIENCE_SECONDS, private=True, port=port)
        yield Line(Outside(wire=wire), *address_of(name, port), far)


@pytest.fixture(params=ADDRESSES)
def web(request: pytest.FixtureRequest) -> Iterator[Line]:
    """Each service that is reached by HTTP."""
    with line_of(request.param) as line:
        yield line


@pytest.fixture(params=[name for name in ADDRESSES if name != "webhook"])
def wordy(request: pytest.FixtureRequest) -> Iterator[Line]:
    """Each service that says in the body what it did; a webhook's word is its status."""
    with line_of(request.param) as line:
        yield line


@pytest.fixture
def mail() -> Iterator[Line]:
    far = Far()
    with serving(Smtp, far) as port:
        server = {
            "host": "127.0.0.1",
            "port": port,
            "security": "insecure",
            "sender": "lianban@street.example",
        }
        address = json.dumps({"to": "fang@street.example", "server": server})
        yield Line(Outside(wire=Turned(PATIENCE_SECONDS, private=True)), "email", address, far)


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that was logged, at DEBUG too, or printed so far."""
    caplog.set_level("DEBUG")
    return lambda: caplog.text + "".join(capfd.readouterr())
