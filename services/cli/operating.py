"""What commands on the database share: its workshop, whom the operator acts as, plain refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Literal
from unicodedata import category
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

if TYPE_CHECKING:
    from models.domain.streams import StreamKey
    from services.callers import Caller, Holder
    from services.execute import Shop
    from services.settings import Settings
    from services.store.contexts import Sql
    from services.store.engine import DatabaseRole
    from services.views.language import Language

Code = Annotated[str, typer.Argument(help="Order code, such as AIBO5-17.", show_default=False)]
Lang = Annotated[Literal["zh", "en"] | None, typer.Option(help="Language; the site's own unless given.")]

WIDEST = 100
"""Lines longer than this are hard to read, however wide the terminal is."""

_CONTROLS = {"Cc", "Cf", "Cs"}

PEOPLE = ("resident", "volunteer")
"""Whom the operator may act as who is of no party."""
OF_A_PARTY = ("handler", "lead", "observer", "arbiter")
"""Roles in which somebody acts for a party; in all others for none."""
REPORTER = "reporter"
"""Speaks for whoever reported the order: paper, or the telephone."""


class Stop(Exception):
    """The command cannot go on; the message says why, and what to do."""


def console() -> Console:
    """Standard output, no wider than reads well."""
    plain = Console(highlight=False)
    return plain if plain.width <= WIDEST else Console(highlight=False, width=WIDEST)


def complain(sentence: str) -> None:
    """What went wrong, on standard error."""
    aside(f"lianban: {sentence}", style="red")


def aside(sentence: str, style: str = "") -> None:
    """A sentence on standard error, wrapped between words: an address or a path stays in one piece."""
    errors = Console(stderr=True, highlight=False)
    for line in harmless(sentence).splitlines():
        whole = fill(line, errors.width, break_long_words=False, break_on_hyphens=False)
        errors.print(whole, style=style, markup=False, soft_wrap=True)


def harmless(sentence: str) -> str:
    """A sentence that repeats what somebody wrote, without what moves a cursor or turns a line round."""
    return "".join("�" if category(c) in _CONTROLS and c != "\n" else c for c in sentence)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what is to be expected into a sentence and exit code 1, never into a traceback."""
    from psycopg import Error
    from psycopg.errors import InsufficientPrivilege, UndefinedColumn, UndefinedTable
    from sqlalchemy.exc import OperationalError

    from models.domain.playbook.problems import PlaybookError
    from services.addresses import BadAddress
    from services.execute import FrozenClock
    from services.settings import SettingsError, settings
    from services.store.failures import words_of

    try:
        yield
    except (Stop, SettingsError, BadAddress) as error:
        sentence = str(error)
    except PlaybookError as error:
        sentence = f"{(PlaybookError.__doc__ or '').splitlines()[0]}\n{error}"
    except FrozenClock as error:
        sentence = f"the clock of {error} is frozen: it can be looked at, nothing happens there any more."
    except OperationalError as error:
        sentence = unreachable(settings(), error)
    except (UndefinedTable, UndefinedColumn, InsufficientPrivilege):
        sentence = "the database is not up to date: run `./lianban migrate`."
    except Error as error:
        sentence = f"the database refused: {words_of(error)}."
    else:
        return
    complain(sentence)
    raise typer.Exit(1)


def unreachable(told: "Settings", error: Exception) -> str:
    """What to do when no connection can be opened."""
    if any(words in str(error) for words in ('parameter "role"', 'role "lianban_', "denied to set role")):
        return "the database is not set up: run `./lianban migrate`."
    if told.embedded_postgres:
        return f"the database in {told.data} is not running: start `./lianban up` first."
    at = urlsplit(told.database_url)
    where = f"{at.hostname or 'this machine'}{f', port {at.port}' if at.port else ''}"
    why = first_line(error)
    return f"the database at {where} cannot be reached ({why}): start it, or correct LIANBAN_DATABASE_URL."


def first_line(error: Exception) -> str:
    """What the database says in short."""
    orig = getattr(error, "orig", None) or error
    return next((line.strip() for line in str(orig).splitlines() if line.strip()), type(error).__name__)


@contextmanager
def at_work(role: "DatabaseRole | None" = None) -> Iterator["Shop"]:
    """The workshop of the operator of this machine, who sees all sites; trouble ends in a sentence."""
    with plainly():
        from services import bootstrap
        from services.settings import settings
        from services.store.engine import DatabaseRole

        bootstrap.set_up_logging(settings())
        with bootstrap.opened(settings(), role or DatabaseRole.WORKER) as shop:
            yield shop


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as commands name it."""

    id: int
    code: str
    name: str
    zone: str
    language: str
    clock: str
    virtual_now: datetime | None

    @property
    def speaks(self) -> "Language":
        """The language of what is said about it."""
        return "en" if self.language == "en" else "zh"

    def local(self, text: str) -> datetime:
        """An instant in ISO 8601; without a zone it is the site's time.

        Raises:
            ValueError: it is no instant.
        """
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.zone))


def read_all_sites(sql: "Sql") -> list[SiteRow]:
    """Every site, the oldest first."""
    rows = sql.execute("SELECT id, code, name, zone, language, clock, virtual_now FROM site ORDER BY id")
    return [SiteRow(*row) for row in rows]


def the_site(sites: list[SiteRow], code: str | None) -> SiteRow:
    """The site of a code; without one the only site, or the only live one.

    Raises:
        Stop: there is none, or it has to be named.
    """
    if not sites:
        raise Stop("there is no site yet: `./lianban load FOLDER` adds one.")
    codes = ", ".join(site.code for site in sites)
    if code is not None:
        found = [site for site in sites if site.code == code]
        if not found:
            raise Stop(f"there is no site {code}; there are {codes}.")
        return found[0]
    live = [site for site in sites if site.clock == "live"]
    if len(sites) == 1 or len(live) == 1:
        return live[0] if live else sites[0]
    raise Stop(f"say which site with --site: {codes}.")


def site_of_order(sites: list[SiteRow], code: str) -> SiteRow:
    """The site that an order code begins with."""
    prefix, dash, number = code.partition("-")
    if not dash or not number.isdecimal():
        raise Stop(f"{code} is no order code; one looks like {sites[0].code if sites else 'AIBO5'}-17.")
    return the_site(sites, prefix)


def onlooker(sites: list[SiteRow]) -> "Caller":
    """The operator who looks at orders of all sites, and acts on none."""
    from models.domain.streams import Actor, Role
    from services.callers import Caller

    return Caller("operator", Actor(Role.OBSERVER, None, "operator"), {one.code: one.id for one in sites})


@dataclass(frozen=True, slots=True)
class Named:
    """An order that was named by its code, its site among all, and the onlooker who asks for it."""

    sites: list[SiteRow]
    site: SiteRow
    caller: "Caller"
    key: "StreamKey"


def order_named(sql: "Sql", code: str) -> Named:
    """The order of a code; whether it is there, only its ledger says.

    Raises:
        Stop: there is no such site, or no order ever has this code.
    """
    from services.desk import key_of
    from services.execute import UnknownStream

    sites = read_all_sites(sql)
    site, caller = site_of_order(sites, code), onlooker(sites)
    try:
        return Named(sites, site, caller, key_of(caller, code))
    except UnknownStream:
        raise no_order(code) from None


def no_order(code: str) -> Stop:
    """What is said of an order that is not there."""
    return Stop(f"there is no order {code}.")


def operator(sql: "Sql", sites: list[SiteRow], site: SiteRow, as_: str | None) -> "Caller":
    """The operator acting for a party, as ``PARTY[:role]``; unless told otherwise as the committee's handler.

    The ledger says that it was the operator: `operator:` and the party stand for the person.

    Raises:
        Stop: there is no such party or role.
    """
    from models.domain.streams import Actor, Role
    from services.callers import Caller

    party, _, role = (as_ or _committee(sql, site)).partition(":")
    visible = {one.code: one.id for one in sites}
    if party in PEOPLE:
        return Caller("operator", Actor(Role(party), None, f"operator:{party}"), visible)
    known = _parties(sql, site)
    if party not in known:
        raise Stop(f"there is no party {party} at {site.code}; there are {', '.join([*known, *PEOPLE])}.")
    if role not in {"", "handler", "lead", "observer"}:
        raise Stop(f"{role} is no role of a member: write {party}:handler, {party}:lead or {party}:observer.")
    return Caller("operator", Actor(Role(role or "handler"), party, f"operator:{party}"), visible)


def check_holder(sql: "Sql", site: SiteRow, holder: "Holder") -> None:
    """Make sure that whoever is let in is there: else it would never work, and nobody would see why.

    Raises:
        Stop: the role goes with no such party, or the member is not of it.
    """
    if holder.role in OF_A_PARTY:
        parties = _parties(sql, site)
        if holder.party not in parties:
            raise Stop(f"say with --party for which party of {site.code} it acts: {', '.join(parties)}.")
    elif holder.party is not None:
        raise Stop(f"a {holder.role} acts for no party: leave --party out.")
    if holder.member is None:
        return
    row = sql.execute(
        "SELECT party FROM member WHERE site_id = %s AND code = %s", (site.id, holder.member)
    ).fetchone()
    if row is None or row[0] != holder.party:
        raise Stop(f"{holder.member} is no member of {holder.party or site.code}.")


def _parties(sql: "Sql", site: SiteRow) -> list[str]:
    rows = sql.execute("SELECT code FROM party WHERE site_id = %s ORDER BY position", (site.id,))
    return [row[0] for row in rows]


def _committee(sql: "Sql", site: SiteRow) -> str:
    row = sql.execute(
        "SELECT code FROM party WHERE site_id = %s AND 'committee' = ANY (capacities)"
        " ORDER BY position LIMIT 1",
        (site.id,),
    ).fetchone()
    if row is None:
        raise Stop(f"{site.code} has no committee; say as whom with --as: {', '.join(_parties(sql, site))}.")
    code: str = row[0]
    return code
