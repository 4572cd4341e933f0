"""The key that signs checkpoints: in the data folder, or handed in by the environment."""

import hashlib
import os
from collections.abc import Mapping

from services.ledger.notes import Signer
from services.settings import SHORTEST_SECRET, Settings, SettingsError, kept_secret

VARIABLE = "LIANBAN_LEDGER_KEY"
FILE = "ledger.key"


def signer(settings: Settings, name: str, environ: Mapping[str, str] = os.environ) -> Signer:
    """Who signs for the log of this name: by `LIANBAN_LEDGER_KEY`, else by `ledger.key` of the data folder.

    Either is a secret text of which the Ed25519 seed is the hash; the file (0600) is made at the first call.
    Machines that share a database need the same secret.

    Raises:
        SettingsError: the variable's secret is too short.
    """
    secret = environ.get(VARIABLE, "").strip() or kept_secret(settings.data / FILE).strip()
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"{VARIABLE} must have at least {SHORTEST_SECRET} characters.")
    return Signer(name, hashlib.sha256(b"lianban.ledger-key.v1\0" + secret.encode()).digest())


def has_key(settings: Settings, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this machine holds a key already."""
    return bool(environ.get(VARIABLE, "").strip()) or (settings.data / FILE).is_file()
