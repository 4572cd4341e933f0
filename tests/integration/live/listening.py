"""An open page's stream, as a browser hears it."""

import http.client
import json
from contextlib import suppress
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit


class Listening:
    """A stream that is read in a thread; `told` are its messages, with their marks."""

    def __init__(self, home: str, token: str, since: str = "") -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self._heard = Condition()
        self._line = http.client.HTTPConnection(urlsplit(home).netloc, timeout=20)
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        self._line.request("GET", f"/live?since={since}", headers=headers)
        self.answer = self._line.getresponse()
        self._thread = Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        mark = ""
        with suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
            while line := self.answer.readline():
                name, _, value = line.decode().strip().partition(": ")
                if name == "id":
                    mark = value
                if name == "data":
                    with self._heard:
                        self.told.append((mark, json.loads(value)))
                        self._heard.notify_all()

    def wait_for(self, count: int, *, patience: float = 5.0) -> list[dict[str, Any]]:
        """The messages, once there are so many, or patience ends."""
        with self._heard:
            self._heard.wait_for(lambda: len(self.told) >= count, timeout=patience)
        return [one for _, one in self.told]

    @property
    def mark(self) -> str:
        """How far the last message tells."""
        return self.told[-1][0]

    def ended(self) -> bool:
        """Whether the server ends it within a few seconds."""
        self._thread.join(5)
        self.answer.close()
        self._line.close()
        return not self._thread.is_alive()

    def close(self) -> None:
        """As a page that is closed."""
        with suppress(OSError, AttributeError):
            self.answer.fp.raw._sock.shutdown(2)  # type: ignore[attr-defined] # nothing else wakes its reader
        self._thread.join(5)
        self.answer.close()
        self._line.close()
