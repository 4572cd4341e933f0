"""Secrets at rest: AES-256-GCM under a ring of keys, and keyed fingerprints that outlive a rotation.

A sealed text is ``sealed:1:KEY:DATA``: the id of its key, then nonce and ciphertext in base64. It opens only
for the row that it was sealed for (associated data), so that no row can be given another's.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from hmac import digest
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.settings import Settings, settings

MARK = "sealed:1:"
NONCE_BYTES = 12


class CannotOpen(ValueError):
    """It was sealed for another row, or with a key that is not in LIANBAN_SECRET_KEYS."""


class KeyRing:
    """Seals with its newest key, opens with any; fingerprints hang on none of them."""

    def __init__(self, newest_first: Iterable[str], fingerprints: str) -> None:
        keys = [(_derived(text, "key id", 4).hex(), _derived(text, "sealing")) for text in newest_first]
        self.newest = keys[0][0]
        """The id of the key that seals."""
        self._keys = {key_id: AESGCM(key) for key_id, key in keys}
        self._fingerprints = _derived(fingerprints, "fingerprints")

    def seal(self, plain: str, row: str) -> str:
        """The text, to be opened for this row alone."""
        nonce = urandom(NONCE_BYTES)
        sealed = nonce + self._keys[self.newest].encrypt(nonce, plain.encode(), row.encode())
        return f"{MARK}{self.newest}:{urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, row: str) -> str:
        """The text again. Raises CannotOpen."""
        key_id, _, data = sealed.removeprefix(MARK).partition(":")
        try:
            raw = urlsafe_b64decode(data)
            return self._keys[key_id].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], row.encode()).decode()
        except (KeyError, ValueError, InvalidTag):
            raise CannotOpen(CannotOpen.__doc__) from None

    def fingerprint(self, text: str) -> str:
        """The same for the same text; it tells nothing of the text to whoever has no key."""
        return digest(self._fingerprints, text.encode(), sha256).hex()[:32]


def is_sealed(text: str) -> bool:
    """Whether a stored text is sealed."""
    return text.startswith(MARK)


def ring_of(told: Settings) -> KeyRing:
    """The ring of `LIANBAN_SECRET_KEYS`; what was sealed before that was set opens with the secret key."""
    given = told.secret_keys.get_secret_value() if told.secret_keys else ""
    return KeyRing((*filter(None, map(str.strip, given.split(","))), told.secret()), told.secret())


@cache
def ring() -> KeyRing:
    """The ring of this process."""
    return ring_of(settings())


def _derived(secret: str, purpose: str, length: int = 32) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"lianban/{purpose}/1".encode()).derive(secret.encode())
