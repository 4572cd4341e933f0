"""The ledger 办理记录: canonical bytes, the hash chain of a stream, commitments to what may be erased.

The chain makes an edit, a deletion or a new order of events visible; what it cannot show by itself is a cut
tail, which is why heads are also logged elsewhere (``docs/architecture.md``).
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.domain.merkle import leaf_hash
from models.domain.streams import StreamKey

GENESIS = b"\0" * 32
_DOMAIN = b"lianban.event.v1\0"


def canonical(image: object) -> bytes:
    """The RFC 8785 bytes of a JSON value made of str, int, bool, None, list and dict with ASCII keys.

    Within those types Python's encoder already writes what RFC 8785 asks for: sorted keys, no white space,
    the short escapes, UTF-8. Raises UnicodeEncodeError for a lone surrogate, which has no UTF-8.
    """
    return _written(image).encode()


_written = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def chained(key: StreamKey, seq: int, previous: bytes, payload: bytes) -> bytes:
    """The hash of event `seq` (from 1): SHA-256(domain ‖ stream ‖ seq ‖ previous hash ‖ canonical bytes)."""
    return hashlib.sha256(_DOMAIN + _place(key, seq) + previous + payload).digest()


def logged(key: StreamKey, seq: int, digest: bytes) -> bytes:
    """The hash of the leaf by which the installation's log holds an event: SHA-256(0x00 ‖ place ‖ hash)."""
    return leaf_hash(_place(key, seq) + digest)


def _place(key: StreamKey, seq: int) -> bytes:
    return f"{key.site_id}/{key.stream_id}/{seq}\0".encode()


def commitment(secret: bytes, content: bytes) -> str:
    """The keyed hash by which an event vouches for text or a picture without holding it.

    With the key (32 random bytes, one a row) anybody can check the row; once the key is erased the hash says
    nothing about the person any more (PIPL art. 47), and the chain still verifies.
    """
    return hmac.new(secret, content, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """One event as the ledger stores it: its place, its bytes, its hash (32 bytes)."""

    seq: int
    payload: bytes
    digest: bytes


def first_broken(key: StreamKey, links: Iterable[Link], *, head: bytes | None = None) -> int | None:
    """The seq from which on the chain does not hold, or None when it holds up to `head`."""
    previous, seq = GENESIS, 0
    for seq, link in enumerate(links, start=1):
        if link.seq != seq or link.digest != chained(key, seq, previous, link.payload):
            return seq
        previous = link.digest
    return seq + 1 if head is not None and head != previous else None


def vouched(image: object) -> Iterator[tuple[str, str]]:
    """Each (id, commitment) by which an event's JSON refers to a row beside the ledger."""
    if isinstance(image, dict):
        if isinstance(image.get("id"), str) and isinstance(image.get("commitment"), str):
            yield image["id"], image["commitment"]
        for held in image.values():
            yield from vouched(held)
    elif isinstance(image, list):
        for held in image:
            yield from vouched(held)
