"""Pages in a real browser: the API's world, served by a real server, looked at by Chromium."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from tests.browser.chromium import Chromium, program
from tests.integration.api.conftest import World, engines, picture, plain_log, world

__all__ = ["engines", "picture", "plain_log", "world"]


@pytest.fixture(scope="module")
def home(world: World) -> Iterator[str]:
    """The address of a server over the world."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(world.app, lifespan="off", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    at = program()
    if at is None:
        pytest.skip("there is no Chromium on this machine")
    with Chromium(at, Path(tmp_path_factory.mktemp("chromium"))) as browser:
        yield browser
