"""An account's second factor: set up, confirmed, asked for, and a recovery code when it is lost."""

from datetime import datetime

from services.identity import second_factor
from services.identity.accounts import Account
from services.secrets import CannotOpen, KeyRing
from services.store.contexts import Sql


class WrongCode(ValueError):
    """The code is not right or no longer; type the one that the application shows now."""


def _row(account_id: int) -> str:
    return f"account:{account_id}:totp"


def propose(account: Account, ring: KeyRing) -> tuple[str, str]:
    """A new seed to be shown, and the same sealed, to come back with the code that confirms it."""
    seed = second_factor.new_seed()
    return seed, ring.seal(seed, _row(account.id))


def shown_again(account: Account, ring: KeyRing, sealed: str) -> str:
    """The seed of a proposal that was not confirmed yet. Raises WrongCode."""
    try:
        return ring.open(sealed, _row(account.id))
    except CannotOpen:
        raise WrongCode from None


def confirm(sql: Sql, account: Account, ring: KeyRing, answer: tuple[str, str], now: datetime) -> list[str]:
    """Put a proposed factor into force by (sealed seed, code); returns the recovery codes, shown this once.

    Raises:
        WrongCode: nothing changed.
    """
    sealed, code = answer
    seed = shown_again(account, ring, sealed)
    step = second_factor.step_of(seed, code, now, used=None)
    if step is None or account.has_second:
        raise WrongCode
    sql.execute(
        "UPDATE account SET totp = %s, totp_at = statement_timestamp(), totp_step = %s WHERE id = %s",
        (ring.seal(seed, _row(account.id)), step, account.id),
    )
    codes = second_factor.new_recovery_codes()
    sql.execute("DELETE FROM recovery_code WHERE account_id = %s", (account.id,))
    with sql.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO recovery_code (account_id, digest) VALUES (%s, %s)",
            [(account.id, _digest(ring, one)) for one in codes],
        )
    return codes


def accept(sql: Sql, account: Account, ring: KeyRing, code: str, now: datetime) -> bool:
    """Whether a code of the application, or a recovery code, is right; either is used up by it."""
    step = _step(account, ring, code, now)
    if step is not None:
        # Two who send the same code at once: one of them gets the row.
        return bool(
            sql.execute(
                "UPDATE account SET totp_step = %(step)s WHERE id = %(id)s"
                " AND (totp_step IS NULL OR totp_step < %(step)s)",
                {"step": step, "id": account.id},
            ).rowcount
        )
    return bool(
        sql.execute(
            "UPDATE recovery_code SET used_at = statement_timestamp() WHERE account_id = %s AND digest = %s"
            " AND used_at IS NULL",
            (account.id, _digest(ring, code)),
        ).rowcount
    )


def left(sql: Sql, account: Account) -> int:
    """How many recovery codes are unused."""
    row = sql.execute(
        "SELECT count(*) FROM recovery_code WHERE account_id = %s AND used_at IS NULL", (account.id,)
    ).fetchone()
    return int(row[0]) if row else 0


def drop(sql: Sql, account: Account) -> None:
    """Take the second factor off, so that another one can be set up."""
    sql.execute(
        "UPDATE account SET totp = NULL, totp_at = NULL, totp_step = NULL WHERE id = %s", (account.id,)
    )
    sql.execute("DELETE FROM recovery_code WHERE account_id = %s", (account.id,))


def _step(account: Account, ring: KeyRing, code: str, now: datetime) -> int | None:
    if account.totp is None:
        return None
    seed = ring.open(account.totp, _row(account.id))
    return second_factor.step_of(seed, code, now, used=account.totp_step)


def _digest(ring: KeyRing, code: str) -> str:
    return ring.fingerprint(f"recovery:{second_factor.as_kept(code)}")


def reseal(sql: Sql, ring: KeyRing) -> int:
    """Seal every seed with the newest key; returns how many. Raises CannotOpen."""
    rows = sql.execute(
        "SELECT id, totp FROM account WHERE totp IS NOT NULL ORDER BY id FOR UPDATE"
    ).fetchall()
    for account_id, sealed in rows:
        row = _row(account_id)
        sql.execute(
            "UPDATE account SET totp = %s WHERE id = %s", (ring.seal(ring.open(sealed, row), row), account_id)
        )
    return len(rows)
