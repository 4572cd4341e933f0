# ruff: noqa: T201, ANN401, PLR2004, BLE001 - a script that speaks, reads JSON and ends in a sentence whatever is wrong
"""Verify an exported ledger: `python3 verify.py [KEY]` beside ledger.json. Needs Python 3.9+, no more.

It shows that these events were recorded in this order, unchanged since, in a log whose state was signed:
  1. each event's hash covers its bytes and the hash of the event before it (SHA-256),
  2. each event's leaf leads by its proof to the root of the checkpoint (Merkle tree, RFC 6962),
  3. checkpoint and export are signed by the ledger's key (Ed25519, C2SP signed-note and tlog-checkpoint),
  4. each text that is included is the one to which an event is committed (HMAC-SHA-256).
What it cannot know is whose key that is. Compare the key that it prints with the one that you were given, or
give yours as KEY. A checkpoint that you kept is worth the same: compare its lines, size for size.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


class NotVerified(Exception):
    """Something is not as it was signed."""


def need(holds: object, what: str) -> None:
    """Go on only if it holds."""
    if not holds:
        raise NotVerified(what)


# ── Ed25519 (RFC 8032), verification alone; a point is (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z ─────────


def added(p: Point, q: Point) -> Point:
    """The sum of two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """A point added to itself so many times."""
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = added(found, point)
        point, number = added(point, point), number >> 1
    return found


def point_of(raw: bytes) -> Point:
    """The point that 32 bytes stand for."""
    y, odd = int.from_bytes(raw, "little") & (2**255 - 1), raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    need(y < P and (x * x - square) % P == 0 and (x or not odd), "the key is no point of the curve")
    x = P - x if x & 1 != odd else x
    return x, y, 1, x * y % P


def bytes_of(point: Point) -> bytes:
    """The 32 bytes that stand for a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def has_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature (64 bytes) is that of the public key (32 bytes) under the message."""
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= ORDER:
        return False
    x, y, z, t = point_of(public)
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return bytes_of(added(times(s, BASE), times(k, (-x % P, y, z, -t % P)))) == signature[:32]


def unwrapped(text: str) -> bytes:
    """Base64, in its one canonical spelling."""
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text, "it is no canonical base64")
    return raw


def opened(note: str, verifier: str, what: str) -> list[str]:
    """The lines of a note that the key has signed."""
    name, key_id, key = verifier.split("+", 2)
    raw = unwrapped(key)
    ours = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    need(len(raw) == 33 and raw[0] == 1 and ours.hex() == key_id, "the verifier key is none")
    text, _, line = note.partition("\n\n")
    dash, signer, signature = line[:-1].split(" ")
    signed = unwrapped(signature)
    good = line[-1] == "\n" and dash == "\N{EM DASH}" and signer == name and signed[:4] == ours
    need(
        good and has_signed(raw[1:], f"{text}\n".encode(), signed[4:]),
        f"the signature of the {what} is false",
    )
    return text.split("\n")


def climbed(leaf: bytes, index: int, size: int, path: list[str]) -> bytes:
    """The root to which a leaf's proof leads (RFC 9162, 2.1.3.2)."""
    node, at, last = leaf, index, size - 1
    need(0 <= index < size, "a leaf lies outside the log")
    for sibling in map(bytes.fromhex, path):
        need(last, "a proof is too long")
        if at & 1 or at == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        at, last = at >> 1, last >> 1
    need(last == 0, "a proof is too short")
    return node


def written(image: Any) -> bytes:
    """The one spelling of the export."""
    return (json.dumps(image, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def references(image: Any) -> Any:
    """Each (id, commitment) inside an event."""
    if isinstance(image, dict):
        if isinstance(image.get("id"), str) and isinstance(image.get("commitment"), str):
            yield image["id"], image["commitment"]
        image = list(image.values())
    if isinstance(image, list):
        for held in image:
            yield from references(held)


def verify_events(told: Any, root: bytes, size: int) -> dict[str, str]:
    """The chain and the places in the log; gives the commitments by id."""
    before = bytes(32)
    committed: dict[str, str] = {}
    for seq, event in enumerate(told["events"], 1):
        place = f"{told['site']}/{told['stream']}/{seq}\0".encode()
        held = event["bytes"].encode()
        before = hashlib.sha256(b"lianban.event.v1\0" + place + before + held).digest()
        need(before.hex() == event["hash"], f"event {seq} is not the one that was recorded")
        leaf = hashlib.sha256(b"\0" + place + before).digest()
        need(climbed(leaf, event["leaf"], size, event["proof"]) == root, f"event {seq} is not in the log")
        committed.update(references(json.loads(event["bytes"])["data"]))
    return committed


def main(folder: Path, wanted: str | None = None) -> None:
    """Verify the export in a folder and tell what it shows."""
    content = (folder / "ledger.json").read_bytes()
    told = json.loads(content)
    need(written(told) == content, "ledger.json was changed")
    need(told["format"] == "lianban-ledger-1", "this is another format: " + told["format"])
    need(wanted in (None, told["verifier"]), "it is signed by another key: " + told["verifier"])
    seal = opened(told.pop("seal"), told["verifier"], "export")
    origin, size, root = opened(told["checkpoint"], told["verifier"], "checkpoint")[:3]
    need(seal == [origin + "/export", hashlib.sha256(written(told)).hexdigest()], "ledger.json was changed")
    for name, digest in told["files"].items():
        need(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, f"{name} was changed")
    committed = verify_events(told, unwrapped(root), int(size))
    for text in told["texts"]:
        proven = hmac.new(bytes.fromhex(text["key"]), text["body"].encode(), hashlib.sha256).hexdigest()
        need(committed.get(text["id"]) == proven, "a text is not the one that was recorded: " + text["id"])
    for seq, event in enumerate(told["events"], 1):
        image = json.loads(event["bytes"])
        actor = " ".join(filter(None, (image["actor"].get("party"), image["actor"]["role"])))
        print(f"{seq:4}  {image['at']}  {actor}  {image['type']}")
    print(f"\n{told['code']} VERIFIED: {len(told['events'])} events in this order, unchanged.")
    print(f"{len(told['texts'])} of {len(committed)} texts and pictures are included here, and proven.")
    print(f"Log {origin} of {size} entries, exported {told['exported']}.")
    print(f"Signed by the key (compare it with the one you were given):\n  {told['verifier']}")


if __name__ == "__main__":
    try:
        main(Path(__file__).resolve().parent, *sys.argv[1:2])
    except Exception as error:  # whatever is wrong with a file, it is not verified
        sys.exit(f"NOT VERIFIED: {type(error).__name__}: {error}")
