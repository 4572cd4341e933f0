"""`lianban links`: the links by which people act without an account: made, listed and revoked."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import (
    Code,
    Stop,
    at_work,
    console,
    harmless,
    no_order,
    order_named,
    read_all_sites,
    the_site,
)

if TYPE_CHECKING:
    from models.domain.streams import StreamKey
    from services.cli.operating import SiteRow
    from services.execute import Shop

app = typer.Typer(help="Links in messages: list, revoke. Crew links: make, crew, end.", no_args_is_help=True)
SiteCode = Annotated[str, typer.Argument(help="Site code, such as AIBO5.", show_default=False)]


@app.command("list")
def list_(code: Code) -> None:
    """Show an order's links by the beginning of their hash, never the links themselves.

    Example: ./lianban links list AIBO5-17
    """
    from zoneinfo import ZoneInfo

    from rich.table import Table

    from services.links import MOST_USES, listed
    from services.store.transactions import transaction

    with at_work() as shop:
        site, key = _place(shop, code)
        with transaction(shop.engine) as sql:
            rows = listed(sql, key)
    zone = ZoneInfo(site.zone)
    table = Table(
        "hash", "for", "delivery", "made", "until", "opened", "state", box=None, padding=(0, 1, 0, 0)
    )
    for one in rows:
        whom = " ".join(filter(None, (one.party, one.member)))
        made, until = one.created_at.astimezone(zone), one.expires_at.astimezone(zone)
        table.add_row(
            *(one.digest[:8], whom, str(one.delivery_id), f"{made:%m-%d %H:%M}", f"{until:%m-%d %H:%M}"),
            *(f"{one.uses} of {MOST_USES}", one.state),
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


@app.command()
def make(
    site: SiteCode,
    party: Annotated[str, typer.Argument(help="Whose orders it opens.", show_default=False)],
    name: Annotated[str, typer.Argument(help="For whom: 王师傅.", show_default=False)],
    member: Annotated[str | None, typer.Option(help="Who of the party's members that is.")] = None,
) -> None:
    """Make a crew link: whoever has it opens the party's list of orders on site, for 30 days.

    It is shown this once. Example: ./lianban links make AIBO5 contractor 王师傅
    """
    from services import crew_links
    from services.settings import settings
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        row = the_site(read_all_sites(sql), site)
        known = sql.execute("SELECT FROM party WHERE (site_id, code) = (%s, %s)", (row.id, party)).fetchone()
        if known is None:
            raise Stop(f"{site} has no party {party}.")
        try:
            wanted = crew_links.For(row.id, party, name, member)
            address = crew_links.create(sql, wanted, settings().public_url)
        except crew_links.NoSuchMember as error:
            raise Stop(f"{party} has no handler or lead {error}.") from None
    console().print(address, markup=False, soft_wrap=True)


@app.command()
def crew(site: SiteCode) -> None:
    """Show a site's crew links by the beginning of their hash, never the links themselves.

    Example: ./lianban links crew AIBO5
    """
    from zoneinfo import ZoneInfo

    from rich.markup import escape
    from rich.table import Table

    from services import crew_links
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        row = the_site(read_all_sites(sql), site)
        rows = crew_links.listed(sql, row.id)
    zone = ZoneInfo(row.zone)
    table = Table("hash", "for", "until", "opened", "state", box=None, padding=(0, 1, 0, 0))
    for one in rows:
        until = f"{one.expires_at.astimezone(zone):%m-%d %H:%M}"
        opened = f"{one.uses} of {crew_links.MOST_USES}"
        table.add_row(one.digest[:8], escape(harmless(f"{one.party} {one.name}")), until, opened, one.state)
    console().print(table if rows else f"{site} has no crew links.")


@app.command()
def end(
    site: SiteCode,
    beginning: Annotated[str, typer.Argument(help="Of the hash, as `crew` shows it.", show_default=False)],
) -> None:
    """End a crew link at once; pages that it opened end with it.

    Example: ./lianban links end AIBO5 3f9a1c02
    """
    from services import crew_links
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        row = the_site(read_all_sites(sql), site)
        count = crew_links.revoke(sql, row.id, beginning) if len(beginning) >= _ENOUGH else 0
        if not count:
            raise Stop(f"no open crew link of {site} begins with {beginning}.")
    console().print(f"Ended {count} crew link{'' if count == 1 else 's'} of {site}.", markup=False)


_ENOUGH = 8
"""Letters of a hash that name one link."""


def _place(shop: "Shop", code: str) -> tuple["SiteRow", "StreamKey"]:
    """The order's site and stream; Stop where there is none."""
    from services.store.transactions import transaction

    with transaction(shop.engine) as sql:
        order = order_named(sql, code)
        known = sql.execute(
            "SELECT FROM stream WHERE (site_id, stream_id) = (%s, %s)",
            (order.key.site_id, order.key.stream_id),
        ).fetchone()
    if known is None:
        raise no_order(code)
    return order.site, order.key
