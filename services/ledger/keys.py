"""The key that signs checkpoints: in the data folder, or handed in by the environment."""

import hashlib

from services.ledger.notes import Signer
from services.settings import SHORTEST_SECRET, Settings, SettingsError, kept_secret

VARIABLE = "LIANBAN_LEDGER_KEY"
FILE = "ledger.key"


def signer(settings: Settings, name: str) -> Signer:
    """Who signs for the log of this name: by `LIANBAN_LEDGER_KEY`, else by `ledger.key` of the data folder.

    Either is a secret text of which the Ed25519 seed is the hash; the file (0600) is made at the first call.
    Machines that share a database need the same secret.

    Raises:
        SettingsError: the variable's secret is too short.
    """
    given = settings.ledger_key
    secret = given.get_secret_value() if given else kept_secret(settings.data / FILE).strip()
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"{VARIABLE} must have at least {SHORTEST_SECRET} characters.")
    return Signer(name, hashlib.sha256(b"lianban.ledger-key.v1\0" + secret.encode()).digest())


def has_key(settings: Settings) -> bool:
    """Whether this machine holds a key already."""
    return settings.ledger_key is not None or (settings.data / FILE).is_file()
