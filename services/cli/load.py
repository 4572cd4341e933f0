"""`lianban load`: a new site from its folder, or a new playbook for a site."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from services.cli.operating import SiteRow, Stop, at_work, console, read_all_sites, the_site

if TYPE_CHECKING:
    from services.execute import Shop
    from services.store.contexts import Sql


def load(
    path: Annotated[
        Path, typer.Argument(help="Folder of a site, a playbook's .toml file, or aibo-5.", show_default=False)
    ],
    site: Annotated[str | None, typer.Option(help="Site that the playbook is for.")] = None,
    code: Annotated[str | None, typer.Option(help="Add the folder's site under this code.")] = None,
    clock: Annotated[Literal["live", "virtual"], typer.Option(help="Clock of a new site.")] = "live",
    at: Annotated[str | None, typer.Option(help="Where a virtual clock begins (site's time).")] = None,
) -> None:
    """Add the site of a folder, or load a playbook. With an error in a file nothing is taken over.

    Example: ./lianban load deploy/playbooks/aibo-5/playbook.toml --site AIBO5
    """
    with at_work() as shop:
        path = _shipped(path)
        if path.is_dir():
            if site is not None:
                raise Stop("--site goes with a playbook's file; a folder is a new site, named with --code.")
            _load_folder(shop, path, code, clock, at)
        elif path.is_file():
            if code or at or clock != "live":
                raise Stop("--code, --clock and --at go with the folder of a new site.")
            _load_playbook(shop, path, site)
        else:
            raise Stop(f"{path} is neither a folder nor a file.")


def _shipped(path: Path) -> Path:
    """The folder of a playbook that comes with the program, where a bare name stands for one."""
    from services import bootstrap

    folder = bootstrap.playbook_folder(path.name)
    return folder if path.name == str(path) and not path.exists() and folder.is_dir() else path


def _load_folder(shop: "Shop", folder: Path, code: str | None, clock: str, at: str | None) -> None:
    from services import bootstrap
    from services.store.sites import Clock, SiteExists
    from services.store.transactions import transaction

    for name in ("site.toml", "playbook.toml"):
        if not (folder / name).is_file():
            raise Stop(f"{folder} has no {name}; the folder of a site has site.toml and playbook.toml.")
    try:
        begins = _begins(folder, at) if clock == "virtual" else None
        site_id = bootstrap.load_folder(shop, folder, clock=Clock(clock, begins), code=code)
    except SiteExists as error:
        raise Stop(
            f"{error} Give one with --code, or load {folder / 'playbook.toml'} for that site."
        ) from None
    except FileNotFoundError as error:
        raise Stop(f"{error.filename} is missing.") from None
    except UnicodeDecodeError as error:
        raise Stop(f"a file of {folder} is not UTF-8 ({error.reason}).") from None
    with transaction(shop.engine, [site_id]) as sql:
        _tell_site(sql, site_id)


def _begins(folder: Path, at: str | None) -> datetime:
    """Where the virtual clock begins: in the site's own time where no zone is given, now where nothing is."""
    from models.domain.playbook.site import parse_site

    if at is None:
        return datetime.now(UTC)
    try:
        begins = datetime.fromisoformat(at)
    except ValueError:
        raise Stop(f"--at {at} is no date and time; write 2026-10-08T09:00.") from None
    zone = parse_site("site.toml", (folder / "site.toml").read_text(encoding="utf-8")).zone
    return begins if begins.tzinfo else begins.replace(tzinfo=ZoneInfo(zone))


def _tell_site(sql: "Sql", site_id: int) -> None:
    row = sql.execute(
        "SELECT s.code, s.name, s.clock, p.code, p.version,"
        " (SELECT count(*) FROM space x WHERE x.site_id = s.id),"
        " (SELECT count(*) FROM party x WHERE x.site_id = s.id),"
        " (SELECT count(*) FROM member x WHERE x.site_id = s.id)"
        " FROM site s JOIN playbook p ON p.site_id = s.id AND p.current WHERE s.id = %s",
        (site_id,),
    ).fetchone()
    if row is not None:
        code, name, clock, playbook, version, spaces, parties, members = row
        console().print(
            f"Added {code} {name}: {spaces} rooms, {parties} parties, {members} people, {clock} clock."
        )
        console().print(f"New orders are dispatched under {playbook}, version {version}.")


def _load_playbook(shop: "Shop", path: Path, code: str | None) -> None:
    from services.store import sites
    from services.store.transactions import transaction

    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Stop(f"{path} is not UTF-8 ({error.reason}).") from None
    with transaction(shop.engine) as sql:
        site = the_site(read_all_sites(sql), code)
    try:
        with transaction(shop.engine, [site.id]) as sql:
            before = _running(sql, site)
            sites.load_playbook(sql, site.id, str(path), source)
            after, waiting = _running(sql, site), _unrouted(sql, site)
    except sites.PlaybookVersionTaken as error:
        raise Stop(str(error)) from None
    if before == after:
        console().print(f"{site.code} runs {after} with just these words already.")
        return
    console().print(
        f"{site.code}: new orders are dispatched under {after}; those of {before} stay under theirs."
    )
    if waiting:
        console().print(f"{waiting} orders that could not be routed are tried again.")


def _running(sql: "Sql", site: SiteRow) -> str:
    row = sql.execute(
        "SELECT code, version FROM playbook WHERE site_id = %s AND current", (site.id,)
    ).fetchone()
    return f"{row[0]}, version {row[1]}" if row else "no playbook"


def _unrouted(sql: "Sql", site: SiteRow) -> int:
    row = sql.execute(
        "SELECT count(*) FROM stream WHERE site_id = %s AND status = 'unrouted'", (site.id,)
    ).fetchone()
    return int(row[0]) if row else 0
