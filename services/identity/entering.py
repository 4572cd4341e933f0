"""Coming in: what each way of signing in leads to, with every try counted before it is made."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from services.identity import accounts, factors, passwords, sign_in_links, sign_ins, tries
from services.identity.accounts import Account
from services.identity.factors import WrongCode
from services.identity.sign_ins import SignIn, Stage
from services.secrets import KeyRing
from services.store.contexts import Sql
from services.store.transactions import transaction


class NotLetIn(Exception):
    """Name or password is not right, or the account is shut; which of them is not told."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Who knocks: the browser's own words, and the address that it calls from."""

    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A browser's sign-in: the secret for its cookie, and how far it has come."""

    secret: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Door:
    """Where people come in: the database and the keys."""

    engine: Engine
    ring: KeyRing

    def by_password(self, login: str, password: str, browser: Browser) -> Entered:
        """With a password; the second factor may be still to come.

        Raises:
            NotLetIn, TooManyTries.
        """
        buckets = self._buckets(login, browser)
        tries.spend(self.engine, buckets)
        with transaction(self.engine) as sql:
            found = accounts.by_login(sql, login)
            # Without an account the same work is done, so that the time does not tell.
            right, newer = passwords.fits(password, found.password if found else None)
            if found is None or not right or found.disabled:
                raise NotLetIn
            accounts.become(sql, found.id)
            if newer:
                sql.execute("UPDATE account SET password = %s WHERE id = %s", (newer, found.id))
            tries.forgive(sql, *(one for one in buckets if one.startswith("both:")))
            return self.after_first(sql, found, browser)

    def by_link(self, secret: str, browser: Browser) -> Entered:
        """With a one-time link; an account's second factor may be still to come.

        Raises:
            NotLetIn: the link is not valid, was used, or has expired.
            TooManyTries.
        """
        tries.spend(self.engine, {self.bucket("link", browser.address): tries.LINKS_PER_ADDRESS})
        with transaction(self.engine) as sql:
            found = sign_in_links.redeem(sql, secret)
            if found is None:
                raise NotLetIn
            if found.holder is not None:
                return Entered(sign_in_links.begin_as_guest(sql, found.holder, browser.agent), Stage.FULL)
            account = accounts.by_id(sql, found.account_id or 0)
            if account.disabled:
                raise NotLetIn
            return self.after_first(sql, account, browser)

    def after_first(self, sql: Sql, account: Account, browser: Browser) -> Entered:
        """The sign-in of somebody who has shown one factor."""
        if account.has_second:
            stage = Stage.SECOND
        elif accounts.needs_second(sql, account.id):
            stage = Stage.ENROL
        else:
            stage = Stage.FULL
        return Entered(sign_ins.begin(sql, account.id, stage, browser.agent), stage)

    def second(self, begun: SignIn, code: str, now: datetime, browser: Browser) -> Entered:
        """With the second factor; the unfinished sign-in is replaced by a full one.

        Raises:
            WrongCode, TooManyTries.
        """
        account_id = _account_of(begun, Stage.SECOND)
        tries.spend(self.engine, {self.bucket("second", str(account_id)): tries.PER_LOGIN_AND_ADDRESS})
        with transaction(self.engine) as sql:
            accounts.become(sql, account_id)
            account = accounts.by_id(sql, account_id)
            if account.disabled or not factors.accept(sql, account, self.ring, code, now):
                raise WrongCode
            tries.forgive(sql, self.bucket("second", str(account_id)))
            sign_ins.end(sql, begun)
            return Entered(sign_ins.begin(sql, account_id, Stage.FULL, browser.agent), Stage.FULL)

    def enrol(
        self, begun: SignIn, answer: tuple[str, str], now: datetime, browser: Browser
    ) -> tuple[Entered, list[str]]:
        """Confirm a second factor (sealed seed, code) while signing in, or afterwards; with recovery codes.

        Raises:
            WrongCode, TooManyTries.
        """
        account_id = _account_of(begun, Stage.ENROL, Stage.FULL)
        tries.spend(self.engine, {self.bucket("enrol", str(account_id)): tries.PER_LOGIN_AND_ADDRESS})
        with transaction(self.engine) as sql:
            accounts.become(sql, account_id)
            account = accounts.by_id(sql, account_id)
            codes = factors.confirm(sql, account, self.ring, answer, now)
            sign_ins.end(sql, begun)
            entered = Entered(sign_ins.begin(sql, account_id, Stage.FULL, browser.agent), Stage.FULL)
        return entered, codes

    def _buckets(self, login: str, browser: Browser) -> dict[str, tries.Limit]:
        name = accounts.normal(login)
        return {
            self.bucket("both", name, browser.address): tries.PER_LOGIN_AND_ADDRESS,
            self.bucket("login", name): tries.PER_LOGIN,
            self.bucket("address", browser.address): tries.PER_ADDRESS,
        }

    def change_password(self, account_id: int, old: str, new: str, browser: Browser) -> Entered:
        """Another password; whatever was signed in with the old one ends, and this browser begins anew.

        Raises:
            NotLetIn: the old one is not right.
            TooManyTries, WeakPassword: nothing changed.
        """
        bucket = self.bucket("old", str(account_id))
        tries.spend(self.engine, {bucket: tries.PER_LOGIN_AND_ADDRESS})
        with transaction(self.engine) as sql:
            accounts.become(sql, account_id)
            account = accounts.by_id(sql, account_id)
            if account.password is not None and not passwords.fits(old, account.password)[0]:
                raise NotLetIn
            accounts.set_password(sql, account, new)
            tries.forgive(sql, bucket)
            return Entered(sign_ins.begin(sql, account_id, Stage.FULL, browser.agent), Stage.FULL)

    def bucket(self, kind: str, *parts: str) -> str:
        """Under which name tries are counted; it tells neither login nor address."""
        return f"{kind}:{self.ring.fingerprint(':'.join((kind, *parts)))}"


def _account_of(begun: SignIn, *stages: Stage) -> int:
    if begun.account_id is None or begun.stage not in stages:
        raise NotLetIn
    return begun.account_id
