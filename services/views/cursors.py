"""Opaque cursors: where a list goes on, signed, and good for the same list only."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

_MAC_BYTES = 16


class BadCursor(ValueError):
    """The cursor is not one of this list; begin again without it."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """Makes and reads cursors under a secret."""

    secret: bytes

    def make(self, scope: object, place: list[int]) -> str:
        """The cursor of a place in the list that `scope` describes (its filters)."""
        body = json.dumps(place, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(scope, body) + body).decode().rstrip("=")

    def read(self, scope: object, cursor: str) -> list[int]:
        """The place that a cursor stands for.

        Raises:
            BadCursor: it was not made here, or for another list.
        """
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise BadCursor from None
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(scope, body)):
            raise BadCursor
        place: list[int] = json.loads(body)
        return place

    def _mac(self, scope: object, body: bytes) -> bytes:
        message = b"lianban.cursor.v1\0" + json.dumps(scope, sort_keys=True).encode() + b"\0" + body
        return hmac.new(self.secret, message, hashlib.sha256).digest()[:_MAC_BYTES]
