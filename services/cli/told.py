"""`lianban told`: calls that people have to make, and the word that one was made."""

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from services.cli.operating import Stop, at_work, console, operator, order_named

if TYPE_CHECKING:
    from services.store.contexts import Sql


def told(
    code: Annotated[str | None, typer.Argument(help="Order code; without it, the calls to make.")] = None,
    party: Annotated[str | None, typer.Argument(help="Party that was told.")] = None,
    member: Annotated[str | None, typer.Option(help="Only this person was told.")] = None,
    as_: Annotated[
        str | None, typer.Option("--as", help="Who telephoned, as PARTY[:role].", metavar="PARTY[:ROLE]")
    ] = None,
) -> None:
    """Note that a party was told by telephone (电话已告知); without an order, list the calls to make.

    Example: ./lianban told AIBO5-17 contractor --as property
    """
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        if code is None:
            _list(sql)
            return
        if party is None:
            raise Stop("say which party was told.")
        count = _note(sql, code, party, member, as_)
    console().print(f"{count} call{'' if count == 1 else 's'} to {party} about {code}: told.", markup=False)


def _note(sql: "Sql", code: str, party: str, member: str | None, as_: str | None) -> int:
    from services.notify.phone_calls import MAY, said

    order = order_named(sql, code)
    caller = operator(sql, order.sites, order.site, as_)
    if caller.actor.role not in MAY:
        raise Stop("only who acts for a party can say so: --as PARTY.")
    count = said(sql, order.key, party, caller.actor, member=member)
    if not count:
        raise Stop(f"no call to {member or party} about {code} is waiting; `./lianban told` lists them.")
    return count


def _list(sql: "Sql") -> None:
    from rich.table import Table

    from services.notify.phone import in_words
    from services.notify.phone_calls import calls

    table = Table("order", "party", "person", "why", "since", box=None, padding=(0, 1, 0, 0))
    waiting = calls(sql)
    for one in waiting:
        since = one.since.astimezone(ZoneInfo(one.zone))
        why = in_words(one.why[:2], one.language, {})
        table.add_row(one.code, one.party_name, one.member_name or "–", why, f"{since:%m-%d %H:%M}")
    console().print(table if waiting else "No call has to be made.")
