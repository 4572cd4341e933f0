"""The one composition root: every process (API, worker, pulse, CLI) is put together here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.domain.playbook.site import parse_site
from models.domain.streams import Role
from services.callers import Holder
from services.execute import Shop
from services.gateways import check_gateways
from services.identity import setting_up
from services.identity import sign_in_links as entrance
from services.logs import set_up_logging as set_up_logging  # noqa: PLC0414 - every process begins here
from services.settings import CHECKOUT, Settings
from services.store import sites
from services.store.contexts import Contexts
from services.store.engine import STATEMENT_SECONDS, DatabaseRole, open_engine
from services.store.transactions import transaction

EXAMPLE = "aibo-5"
LINK_LASTS = timedelta(hours=12)


class MisplacedPackage(RuntimeError):
    """A package named services, models or workers lies elsewhere; remove it from the path or its folder."""


def check_packages() -> None:
    """The three top-level names are common: make sure that they are ours. Raises MisplacedPackage."""
    root = Path(__file__).resolve().parents[1]
    for name in ("services", "models", "workers"):
        module = sys.modules.get(name)
        at = Path(module.__file__).resolve() if module is not None and module.__file__ else None
        if at is not None and at.parent.parent != root:
            raise MisplacedPackage(
                f"{name} was found at {at}, expected under {root}. {MisplacedPackage.__doc__}"
            )


def build(settings: Settings, role: DatabaseRole = DatabaseRole.WORKER) -> Shop:
    """The workshop of a process under a database role. Raises SettingsError."""
    check_packages()
    check_gateways(settings)
    seconds = settings.query_seconds if role is DatabaseRole.APP else STATEMENT_SECONDS
    engine = open_engine(
        settings.database_url, role, pool_size=settings.database_pool, statement_seconds=seconds
    )
    return Shop(engine, Contexts())


@contextmanager
def opened(settings: Settings, role: DatabaseRole = DatabaseRole.WORKER) -> Iterator[Shop]:
    """A workshop for a short task, closed at the end."""
    shop = build(settings, role)
    try:
        yield shop
    finally:
        shop.engine.dispose()


def playbook_folder(name: str = EXAMPLE) -> Path:
    """The folder of a shipped playbook, in a checkout or beside an installed wheel."""
    return CHECKOUT / "deploy" / "playbooks" / name


def load_folder(shop: Shop, folder: Path, *, clock: sites.Clock, code: str | None = None) -> int:
    """Add the site of a folder (site.toml, playbook.toml, floor plan), under another code if given.

    Raises:
        PlaybookError, SiteExists: nothing was added.
    """
    spec = parse_site("site.toml", (folder / "site.toml").read_text(encoding="utf-8"))
    spec = replace(spec, code=code) if code else spec
    plan = (folder / spec.floorplan).read_text(encoding="utf-8") if spec.floorplan else None
    rules = ("playbook.toml", (folder / "playbook.toml").read_text(encoding="utf-8"))
    with transaction(shop.engine) as sql:
        return sites.add_site(sql, spec, rules, clock=clock, floorplan=plan)


def load_example_if_empty(settings: Settings) -> bool:
    """Load 爱博五村党群服务站 with its story where no live site is there; says whether it did."""
    from services.replay.story import tell_story  # noqa: PLC0415 - no server process needs it

    with opened(settings) as shop:
        with transaction(shop.engine) as sql:
            # A replayed city is not a site that anybody works at.
            if sql.execute("SELECT FROM site WHERE clock = 'live' OR code = 'AIBO5'").fetchone() is not None:
                return False
        tell_story(shop, playbook_folder(), until=datetime.now(UTC))
    return True


def sign_in_links(settings: Settings) -> list[tuple[str, str]]:
    """Fresh one-time sign-in links for a lead of each kind of party, as (label, address)."""
    wanted = ("committee", "property", "contractor", "street")
    found = []
    with opened(settings) as shop, transaction(shop.engine) as sql:
        rows = sql.execute(
            "SELECT DISTINCT ON (s.id, p.position) s.id, s.name, p.code, p.name, m.code, m.name, m.role"
            " FROM site s JOIN party p ON p.site_id = s.id AND p.capacities && %s"
            " JOIN member m ON m.site_id = s.id AND m.party = p.code AND m.role IN ('lead', 'handler')"
            " WHERE s.clock = 'live' ORDER BY s.id, p.position, m.role DESC LIMIT 8",
            (list(wanted),),
        ).fetchall()
        if rows and setting_up.is_needed(sql):
            secret = setting_up.create(sql, rows[0][0])
            found.append(("首次设置 First set-up", f"{settings.public_url}/sign-in/set-up#{secret}"))
        for site_id, _, party, party_name, member, name, role in rows:
            secret = entrance.create(sql, Holder(site_id, Role(role), party, member), lasts=LINK_LASTS)
            found.append((f"{party_name} {name}", f"{settings.public_url}/sign-in#{secret}"))
    return found
