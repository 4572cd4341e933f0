# ruff: noqa: T201, ANN401, PLR2004, BLE001 - a script that speaks, reads JSON and ends in a sentence whatever is wrong
"""Verify an exported ledger: `python3 verify.py [KEY [CHECKPOINT...]]` beside ledger.json. Needs Python 3.9+.

It shows that these events were recorded in this order, unchanged since, in a log whose state was signed:
  1. each event's hash covers its bytes and the hash of the event before it (SHA-256),
  2. each event's leaf leads by its proof to the root of the checkpoint (Merkle tree, RFC 6962),
  3. checkpoint and export are signed by the ledger's key (Ed25519, C2SP signed-note and tlog-checkpoint),
  4. each text and photo that is included is the one to which an event is committed (HMAC-SHA-256),
  5. the log only grew since earlier checkpoints, those in files that you kept (CHECKPOINT) among them.
What it cannot know is whose key that is: compare the one that it prints with yours, or give yours as KEY.
"""

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


def added(p: Point, q: Point) -> Point:
    """Ed25519 (RFC 8032): the sum of two points (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""
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


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def has_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature (64 bytes) is that of the public key (32 bytes) under the message."""
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= ORDER:
        return False
    x, y, z, t = point_of(public)
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z, t = added(times(s, BASE), times(k, (-x % P, y, z, -t % P)))
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


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


def climbed(start: bytes, at: int, last: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """The roots up to the start and over everything, to which a proof leads (RFC 9162, 2.1.3.2, 2.1.4.2)."""
    first = second = start
    need(0 <= at <= last, "a leaf lies outside the log")
    for step in path:
        need(last, "a proof is too long")
        if at & 1 or at == last:
            first, second = (hashlib.sha256(b"\1" + step + one).digest() for one in (first, second))
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = hashlib.sha256(b"\1" + second + step).digest()
        at, last = at >> 1, last >> 1
    need(last == 0, "a proof is too short")
    return first, second


def verify_growth(old: list[str], new: list[str], proof: list[str]) -> None:
    """That the log of a later checkpoint (its lines) begins with that of an earlier one."""
    size, root, path = int(old[1]), unwrapped(old[2]), [bytes.fromhex(one) for one in proof]
    at, last = size - 1, int(new[1]) - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    start = path.pop(0) if size & (size - 1) and old != new else root
    goes_on = climbed(start, at, last, path) == (root, unwrapped(new[2])) if old != new else not proof
    need(goes_on and old[0] == new[0], f"the log does not continue that of {size} entries")


def written(image: Any) -> bytes:
    """The one spelling of the export."""
    return (json.dumps(image, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def verify_events(told: Any, root: bytes, size: int) -> dict[str, str]:
    """The chain and the places in the log; gives the commitments by id."""
    before, committed = bytes(32), {}

    def collect(image: Any) -> None:
        if "commitment" in image:
            committed[image["id"]] = image["commitment"]

    for seq, event in enumerate(told["events"], 1):
        place = f"{told['site']}/{told['stream']}/{seq}\0".encode()
        before = hashlib.sha256(b"lianban.event.v1\0" + place + before + event["bytes"].encode()).digest()
        need(before.hex() == event["hash"], f"event {seq} is not the one that was recorded")
        leaf = hashlib.sha256(b"\0" + place + before).digest()
        found = climbed(leaf, event["leaf"], size - 1, [bytes.fromhex(one) for one in event["proof"]])[1]
        need(found == root, f"event {seq} is not in the log")
        json.loads(event["bytes"], object_hook=collect)
    return committed


def main(folder: Path, *given: str) -> None:
    """Verify the export in a folder and tell what it shows."""
    content = (folder / "ledger.json").read_bytes()
    told = json.loads(content)
    need(written(told) == content, "ledger.json was changed")
    need(told["format"] == "lianban-ledger-1", "this is another format: " + told["format"])
    key = told["verifier"]
    need(not given or given[0] == key, "it is signed by another key: " + key)
    seal = opened(told.pop("seal"), key, "export")
    head = opened(told["checkpoint"], key, "checkpoint")[:3]
    need(seal == [head[0] + "/export", hashlib.sha256(written(told)).hexdigest()], "ledger.json was changed")
    for name, digest in told["files"].items():
        need(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, f"{name} was changed")
    committed = verify_events(told, unwrapped(head[2]), int(head[1]))
    for one in told["texts"] + told["photos"]:
        held = one["body"].encode() if "body" in one else (folder / one["file"]).read_bytes()
        proven = hmac.new(bytes.fromhex(one["key"]), held, hashlib.sha256).hexdigest()
        need(committed.get(one["id"]) == proven, "it is not the one that was recorded: " + one["id"])
    earlier = [head]
    for one in told["earlier"]:
        earlier.append(opened(one["checkpoint"], key, "earlier checkpoint")[:3])
        verify_growth(earlier[-1], head, one["proof"])
    for file in given[1:]:
        kept = opened(Path(file).read_text(encoding="utf-8"), key, "checkpoint in " + file)[:3]
        need(kept in earlier, "no proof here for " + file + "; ask for an export with --since it")
    for seq, event in enumerate(told["events"], 1):
        image = json.loads(event["bytes"])
        who = image["actor"].get("party", "-") + " " + image["actor"]["role"]
        print(f"{seq:4}  {image['at']}  {who}  {image['type']}")
    print(f"\n{told['code']} VERIFIED: {len(told['events'])} events in this order, unchanged.")
    print(f"{len(told['texts'] + told['photos'])} of {len(committed)} texts and photos are here, and proven.")
    print(f"Log {head[0]} of {head[1]} entries, exported {told['exported']}; it only grew since")
    print(f"{len(earlier) - 1} earlier checkpoints. Files of yours that agree with it: {len(given[1:])}.")
    print(f"Signed by the key (compare it with the one you were given):\n  {key}")


if __name__ == "__main__":
    try:
        main(Path(__file__).resolve().parent, *sys.argv[1:])
    except Exception as error:  # whatever is wrong with a file, it is not verified
        sys.exit(f"NOT VERIFIED: {type(error).__name__}: {error}")
