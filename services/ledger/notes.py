"""Signed notes and checkpoints as C2SP has them: signed-note, tlog-checkpoint, Ed25519.

A note is text with an empty line and signature lines behind it; a checkpoint's text is the log's origin, its
size and the root of its tree in base64, each on a line.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from models.domain.merkle import Head

ED25519 = b"\x01"
_HASH, _SIGNATURE = 32, 4 + 64


class NoteError(ValueError):
    """The note cannot be trusted; get it anew from whoever issued it, or give the key that signed it."""


def _unwrapped(text: str) -> bytes:
    """Base64, in its one canonical spelling."""
    try:
        raw = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise NoteError("it is no base64") from None
    if b64encode(raw).decode() != text:
        raise NoteError("it is no canonical base64")
    return raw


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + ED25519 + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks the signatures of one key; its text is what parties are given to hold."""

    name: str
    public: bytes

    def __str__(self) -> str:
        """The verifier key: name, id and key, joined by `+`."""
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @property
    def id(self) -> bytes:
        """The first four bytes of the hash of name and key."""
        return _key_id(self.name, self.public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The verifier of its text. Raises NoteError for anything else."""
        parts = text.strip().split("+", 2)
        if len(parts) != 3:  # noqa: PLR2004 - name, id, key
            raise NoteError(f"{text!r} is no verifier key")
        raw = _unwrapped(parts[2])
        made = cls(parts[0], raw[1:])
        if raw[:1] != ED25519 or len(raw) != _HASH + 1 or made.id.hex() != parts[1]:
            raise NoteError(f"{text!r} is no Ed25519 verifier key")
        return made

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether the signature is this key's under this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs notes under a name, with a seed of 32 bytes."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> Verifier:
        """Who checks what this one signs."""
        return Verifier(self.name, self._key.public_key().public_bytes_raw())

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, text: str) -> str:
        """The note: the text, which ends with a line end, an empty line and the signature's line."""
        signature = b64encode(self.verifier.id + self._key.sign(text.encode())).decode()
        return f"{text}\n\N{EM DASH} {self.name} {signature}\n"


def open_note(note: str, verifiers: Iterable[Verifier]) -> str:
    """The text of a note that one of the verifiers has signed; signatures of others are passed over.

    Raises:
        NoteError: it is no note, no verifier signed it, or a signature under a verifier's name is false.
    """
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise NoteError("it is no signed note")
    text += "\n"
    known = {(one.name, one.id): one for one in verifiers}
    signed = False
    for line in lines[:-1].split("\n"):
        found = re.fullmatch("\N{EM DASH} ([^ +]+) ([A-Za-z0-9+/=]+)", line)
        raw = _unwrapped(found[2]) if found else b""
        verifier = known.get((found[1], raw[:4])) if found else None
        if not found or len(raw) <= len(ED25519) + 4:
            raise NoteError("a line of its signatures is none")
        if verifier is not None and len(raw) == _SIGNATURE:
            if not verifier.has_signed(text, raw[4:]):
                raise NoteError("its signature is false")
            signed = True
    if not signed:
        raise NoteError("none of the known keys has signed it")
    return text


def checkpoint_text(origin: str, head: Head) -> str:
    """What a checkpoint says."""
    return f"{origin}\n{head.size}\n{b64encode(head.root).decode()}\n"


def parse_checkpoint(text: str, origin: str) -> Head:
    """What a checkpoint of the log says. Raises NoteError where it says something else."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != origin:  # noqa: PLR2004 - three lines and what follows the last
        raise NoteError(f"it is no checkpoint of the log {origin}")
    if not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise NoteError("it gives no size")
    root = _unwrapped(lines[2])
    if len(root) != _HASH:
        raise NoteError("it gives no root")
    return Head(int(lines[1]), root)
