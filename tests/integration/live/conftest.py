"""The API's world behind a real server, as a process has it: streams need a loop that goes on."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from tests.integration.api.conftest import World, engines, portal, world

__all__ = ["engines", "portal", "world"]


class Served:
    """A server in a thread, and how long it took to stop."""

    def __init__(self, world: World) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            world.app,
            lifespan="off",
            log_config=None,
            http="services.api.connection:Connection",
            timeout_graceful_shutdown=3,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.home = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def stop(self) -> float:
        """Seconds until it had ended."""
        began = time.monotonic()
        self._server.should_exit = True
        self._thread.join()
        return time.monotonic() - began


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    one = Served(world)
    yield one
    one.stop()
