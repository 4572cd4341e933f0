"""The second factor: codes of an authenticator application (RFC 6238), and recovery codes for its loss."""

import hmac
import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A code is taken half a minute early or late: people type slowly, phones go wrong a little."""
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Nothing that looks like something else on paper."""


def new_seed() -> str:
    """A seed for an authenticator application, base32."""
    return pyotp.random_base32()


def enrolment(seed: str, login: str) -> str:
    """The address that an authenticator application reads from a QR code."""
    return pyotp.TOTP(seed).provisioning_uri(name=login, issuer_name="联办 lianban")


def step_of(seed: str, code: str, now: datetime, *, used: int | None) -> int | None:
    """The time step that a code belongs to; None if it is wrong, old, or was used before."""
    code = "".join(code.split())
    latest = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(seed)
    for step in range(latest - DRIFT_STEPS, latest + DRIFT_STEPS + 1):
        fresh = used is None or step > used
        if fresh and hmac.compare_digest(generator.at(step * STEP_SECONDS).encode(), code.encode()):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten codes of 50 bits, each good once."""
    return [
        "-".join("".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]


def as_kept(code: str) -> str:
    """A recovery code however it was written down, as it is hashed."""
    return "".join(code.lower().split()).replace("-", "")
