"""Passwords: argon2id, with OWASP's parameters; short, common and guessable ones are refused."""

from collections.abc import Sequence

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST, LONGEST = 10, 128
GUESSABLE_BELOW = 3
"""zxcvbn's score: 3 is safe against some 10^8 guesses; more than the counted tries ever allow."""
_LOOKED_AT = 72
"""zxcvbn's time grows fast with the length; what it refuses, it refuses by the beginning."""

# OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
_nobody = _hasher.hash("nobody has this password")


class WeakPassword(ValueError):
    """A password has 10 to 128 characters and is hard to guess: take four words without a connection."""


def check(password: str, about: Sequence[str] = ()) -> None:
    """Refuse a password that is short, common, or made of what is known about its owner.

    Raises:
        WeakPassword: with what to do in its docstring.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists of words take 10 MB, and few set a password

    if zxcvbn(password[:_LOOKED_AT], user_inputs=["lianban", "联办", *about])["score"] < GUESSABLE_BELOW:
        raise WeakPassword


def hashed(password: str) -> str:
    """What is kept of it."""
    return _hasher.hash(password)


def fits(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Whether it is the one, and a newer hash where the parameters have changed.

    With nothing kept it takes as long as with something, so that the time tells nobody who has an account.
    """
    if len(password) > LONGEST:
        return False, None
    right, newer = _hasher.verify_and_update(password, kept or _nobody)
    return (right, newer) if kept else (False, None)
