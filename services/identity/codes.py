"""One-time codes over a member's channel: ten minutes, five tries, for the browser that asked alone.

Whether there is such an account cannot be seen from outside: a code is kept either way, sent or not.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from services.callers import digest_of
from services.identity import accounts, tries
from services.identity.accounts import Account
from services.identity.entering import Browser, Door, Entered
from services.identity.factors import WrongCode
from services.store.contexts import Sql
from services.store.transactions import transaction

LASTS = timedelta(minutes=10)
TRIES = 5
DIGITS = 6

Send = Callable[[Sql, Account, str], None]
"""Put a code on its way to an account, in the transaction that keeps it."""


@dataclass(frozen=True, slots=True)
class Codes:
    """One-time codes at a door, and how they are sent."""

    door: Door
    send: Send

    def ask(self, login: str, secret: str, browser: Browser) -> None:
        """Send a code to whom the login belongs, for the browser that holds the secret.

        Raises:
            TooManyTries: too many codes were asked for.
        """
        name = accounts.normal(login)
        tries.spend(
            self.door.engine,
            {
                self.door.bucket("code", name): tries.CODES_PER_LOGIN,
                self.door.bucket("address", browser.address): tries.PER_ADDRESS,
            },
        )
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        with transaction(self.door.engine) as sql:
            found = accounts.by_login(sql, login)
            known = found if found is not None and not found.disabled else None
            sql.execute(
                "INSERT INTO one_time_code (browser, account_id, digest, created_at, expires_at)"
                " VALUES (%s, %s, %s, statement_timestamp(), statement_timestamp() + %s)"
                " ON CONFLICT (browser) DO UPDATE SET account_id = excluded.account_id,"
                " digest = excluded.digest, tries = 0, created_at = excluded.created_at,"
                " expires_at = excluded.expires_at",
                (digest_of(secret), known and known.id, self._digest(secret, code), LASTS),
            )
            if known is not None:
                accounts.become(sql, known.id)
                self.send(sql, known, code)

    def enter(self, secret: str, code: str, browser: Browser) -> Entered:
        """Sign in with the code that came.

        Raises:
            WrongCode: wrong, too late, used, or tried five times.
        """
        account_id = self._spend(secret, "".join(code.split()))
        with transaction(self.door.engine) as sql:
            accounts.become(sql, account_id)
            account = accounts.by_id(sql, account_id)
            if account.disabled:
                raise WrongCode
            return self.door.after_first(sql, account, browser)

    def _spend(self, secret: str, code: str) -> int:
        """Count the try, and commit it before anything is said of it; the account of a right code."""
        with transaction(self.door.engine) as sql:
            row = sql.execute(
                "UPDATE one_time_code SET tries = tries + 1 WHERE browser = %s AND tries < %s"
                " AND expires_at > statement_timestamp() RETURNING digest, account_id",
                (digest_of(secret), TRIES),
            ).fetchone()
            right = row is not None and hmac.compare_digest(row[0], self._digest(secret, code))
            if right:
                sql.execute("DELETE FROM one_time_code WHERE browser = %s", (digest_of(secret),))
        if row is None or not right or row[1] is None:
            raise WrongCode
        found: int = row[1]
        return found

    def _digest(self, secret: str, code: str) -> str:
        """Six digits are soon guessed: only under the key, and for one browser."""
        return self.door.ring.fingerprint(f"code:{secret}:{code}")
