"""`lianban links`: the links of messages by which people act, listed and revoked."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import Stop, at_work, console, onlooker, read_all_sites, site_of_order

if TYPE_CHECKING:
    from models.domain.streams import StreamKey
    from services.cli.operating import SiteRow
    from services.execute import Shop

app = typer.Typer(help="Links in messages: list, revoke.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="Order code, such as AIBO5-17.", show_default=False)]


@app.command("list")
def list_(code: Code) -> None:
    """Show an order's links by the beginning of their hash, never the links themselves.

    Example: ./lianban links list AIBO5-17
    """
    from zoneinfo import ZoneInfo

    from rich.table import Table

    from services.links import listed
    from services.store.transactions import transaction

    with at_work() as shop:
        site, key = _place(shop, code)
        with transaction(shop.engine) as sql:
            rows = listed(sql, key)
    zone = ZoneInfo(site.zone)
    table = Table("hash", "for", "delivery", "made", "until", "state", box=None, padding=(0, 1, 0, 0))
    for one in rows:
        whom = " ".join(filter(None, (one.party, one.member)))
        made, until = one.created_at.astimezone(zone), one.expires_at.astimezone(zone)
        table.add_row(
            *(one.digest[:8], whom, str(one.delivery_id), f"{made:%m-%d %H:%M}", f"{until:%m-%d %H:%M}"),
            one.state,
        )
    console().print(table if rows else f"No message about {code} carried a link.")


@app.command()
def revoke(
    code: Code, member: Annotated[str | None, typer.Option(help="Only those of this person.")] = None
) -> None:
    """End an order's links at once; whoever holds one is told to take the latest message, or to sign in.

    Example: ./lianban links revoke AIBO5-17 --member wang-qiang
    """
    from services import links
    from services.store.transactions import transaction

    with at_work() as shop:
        _, key = _place(shop, code)
        with transaction(shop.engine) as sql:
            count = links.revoke(sql, key, member=member)
    console().print(f"Revoked {count} link{'' if count == 1 else 's'} of {code}.", markup=False)


def _place(shop: "Shop", code: str) -> tuple["SiteRow", "StreamKey"]:
    """The order's site and stream; Stop where there is none."""
    from services import desk
    from services.execute import UnknownStream
    from services.store.transactions import transaction

    with transaction(shop.engine) as sql:
        sites = read_all_sites(sql)
        site = site_of_order(sites, code)
        try:
            key = desk.key_of(onlooker(sites), code)
        except UnknownStream:
            raise Stop(f"there is no order {code}.") from None
        known = sql.execute(
            "SELECT FROM stream WHERE (site_id, stream_id) = (%s, %s)", (key.site_id, key.stream_id)
        ).fetchone()
    if known is None:
        raise Stop(f"there is no order {code}.")
    return site, key
