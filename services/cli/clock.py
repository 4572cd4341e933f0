"""`lianban clock`: turn the clock of a site for trying things out, and see what that sets off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from services.cli.operating import SiteRow, Stop, at_work, console, read_all_sites, the_site

if TYPE_CHECKING:
    from rich.table import Table

    from services.execute import Shop
    from services.notify.phone import Ring
    from services.replay.driver import Driver
    from services.store.contexts import Sql

MOST_SHOWN = 200


def clock(
    site: Annotated[str, typer.Argument(help="Site with a virtual clock.", show_default=False)],
    to: Annotated[str | None, typer.Option(help="Turn to this instant (site's time).", metavar="ISO")] = None,
    advance: Annotated[
        str | None, typer.Option(help="Turn past a limit from now: '2 WD', '36 h 24x7'.", metavar="LIMIT")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Only say where it stands.")] = False,
) -> None:
    """Turn a virtual clock: what falls due takes effect, and who has to be told is told, on the recorder.

    Example: ./lianban load deploy/playbooks/aibo-5 --code DEMO --clock virtual --at 2026-10-12T09:00
    Example: ./lianban clock DEMO --advance "2 WD"
    """
    if sum((show, to is not None, advance is not None)) > 1:
        raise typer.BadParameter("choose one of --to, --advance and --show.")
    with at_work() as shop:
        from services.replay.driver import Driver
        from services.replay.turning import Stuck, turn
        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            where = the_site(read_all_sites(sql), site)
        begins, driver = _now_of(where), Driver(shop, where.id)
        target = _target(driver, where, to, advance)
        if target is None:
            _tell_time(shop, where, begins)
            return
        if target < begins:
            raise Stop(f"time only goes forward; at {where.code} it is {_said(where, begins)} already.")
        with transaction(shop.engine, [where.id]) as sql:
            newest = _newest(sql, where.id)
        try:
            turn(driver, target)
        except Stuck as error:
            raise Stop(" ".join(str(error).split())) from None
        _tell_turn(shop, where, _Turned(begins, target, newest))


@dataclass(frozen=True, slots=True)
class _Turned:
    begins: datetime
    ends: datetime
    newest: int
    """The last message before it."""


def _now_of(site: SiteRow) -> datetime:
    if site.clock == "virtual" and site.virtual_now is not None:
        return site.virtual_now
    why = "live: it goes by itself" if site.clock == "live" else "frozen: it can be looked at, no more"
    raise Stop(
        f"the clock of {site.code} is {why}. A site with a clock to turn is made by"
        " `./lianban load FOLDER --clock virtual --code DEMO`."
    )


def _target(driver: "Driver", site: SiteRow, to: str | None, advance: str | None) -> datetime | None:
    from models.domain.business_time.errors import LimitSyntaxError
    from models.domain.business_time.limits import Limit
    from services.replay.turning import ahead

    if advance is not None:
        try:
            return ahead(driver, Limit.parse(advance))
        except LimitSyntaxError:
            raise Stop(f"{advance} is no limit; write '2 WD', '4 WH', '90 min 24x7' or '7 d 24x7'.") from None
    if to is None:
        return None
    try:
        return site.local(to)
    except ValueError:
        raise Stop(f"{to} is no date and time; write 2026-10-08T09:00.") from None


def _said(site: SiteRow, at: datetime, *, with_year: bool = True) -> str:
    from services.notify.wording import local_time

    return local_time(at, ZoneInfo(site.zone), site.speaks, with_year=with_year)


def _newest(sql: "Sql", site_id: int) -> int:
    """The last message of the site; before the first there is none of the number."""
    row = sql.execute("SELECT coalesce(max(id), -1) FROM phone WHERE site_id = %s", (site_id,)).fetchone()
    return int(row[0]) if row else -1


def _tell_time(shop: "Shop", site: SiteRow, now: datetime) -> None:
    from services.store.transactions import transaction

    console().print(f"{site.code} {site.name}: {_said(site, now)}")
    with transaction(shop.engine, [site.id]) as sql:
        rows = sql.execute(
            "SELECT fire_at, %s || '-' || stream_id, party, kind FROM timer WHERE site_id = %s"
            " ORDER BY fire_at, stream_id LIMIT 10",
            (site.code, site.id),
        ).fetchall()
    if not rows:
        console().print("Nothing is going to fall due.")
        return
    table = _table("falls due", "order", "party", "limit")
    for at, code, party, kind in rows:
        table.add_row(_said(site, at, with_year=False), code, party, _kind(site, kind))
    console().print(table)


def _tell_turn(shop: "Shop", site: SiteRow, turned: _Turned) -> None:
    from services.notify import phone
    from services.store.transactions import transaction

    with transaction(shop.engine, [site.id]) as sql:
        steps = sql.execute(_STEPS, (site.id, turned.begins, turned.ends, MOST_SHOWN)).fetchall()
        rings = phone.latest(sql, site.id, after_id=turned.newest or -1, limit=MOST_SHOWN)
    console().print(f"{site.code}: {_said(site, turned.begins)} → {_said(site, turned.ends)}")
    console().print(_steps(site, steps) if steps else "No step of a ladder was reached.")
    console().print(_told(rings) if rings else "Nobody was told anything.")


_STEPS = """
SELECT fired_at, stream_id, party, kind, rung, skipped FROM firing
WHERE site_id = %s AND fired_at > %s AND fired_at <= %s ORDER BY fired_at, stream_id, seq LIMIT %s
"""


def _steps(site: SiteRow, rows: Sequence[tuple[Any, ...]]) -> "Table":
    table = _table("step at", "order", "party", "limit", "step")
    for at, stream, party, kind, rung, skipped in rows:
        step = f"{rung} (skipped)" if skipped else rung
        when = _said(site, at, with_year=False)
        table.add_row(when, f"{site.code}-{stream}", party, _kind(site, kind), step)
    return table


def _told(rings: "Sequence[Ring]") -> "Table":
    table = _table("told at", "order", "who", "why")
    for one in rings:
        who = one.party_name + (f" {one.member_name}" if one.member_name else "")
        table.add_row(one.local, one.code, who, one.reasons)
    return table


def _kind(site: SiteRow, kind: str) -> str:
    from services.views.labels import DEADLINE, label

    return label(DEADLINE, kind, site.speaks)


def _table(first: str, *more: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for name in more:
        table.add_column(name, no_wrap=name == "order", overflow="fold")
    return table
