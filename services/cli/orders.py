"""`lianban report`, `orders`, `show`, `act`: what the API does, for the operator of this machine."""

from typing import Annotated, Literal

import typer

from services.cli.operating import (
    Code,
    Lang,
    Stop,
    at_work,
    console,
    no_order,
    onlooker,
    operator,
    order_named,
    read_all_sites,
    the_site,
)

As = Annotated[
    str | None, typer.Option("--as", help="As PARTY[:role]; else the committee.", metavar="PARTY[:ROLE]")
]


def report(  # noqa: PLR0913, PLR0917 - a command's options
    description: Annotated[str, typer.Argument(help="What is the matter, in words.", show_default=False)],
    space: Annotated[str, typer.Option(help="Room, by its code.")],
    site: Annotated[str | None, typer.Option(help="Code of the site.")] = None,
    category: Annotated[
        str | None, typer.Option(help="Kind of trouble; without it the committee triages.")
    ] = None,
    severity: Annotated[Literal["ordinary", "danger"], typer.Option(help="How bad it is.")] = "ordinary",
    origin: Annotated[
        Literal["unknown", "pre_existing", "construction", "warranty", "misuse"],
        typer.Option(help="Where from."),
    ] = "unknown",
    title: Annotated[str | None, typer.Option(help="The trouble in a few words.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of a reporter who wants an answer.")] = None,
    phone: Annotated[str | None, typer.Option(help="Telephone of that reporter.")] = None,
    as_: As = None,
) -> None:
    """Take a report down and print the order's code.

    Example: ./lianban report --space table-tennis --category leak 乒乓房漏水
    """
    with at_work() as shop:
        from services.cli.acting import parsed
        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            sites = read_all_sites(sql)
            where = the_site(sites, site)
            caller = operator(sql, sites, where, as_)
        from services import desk
        from services.actions.bodies import ReportBody

        told = {"space": space, "description": description, "severity": severity, "origin": origin}
        more = {"category": category, "title": title}
        told |= {key: value for key, value in more.items() if value is not None}
        reporter = {key: value for key, value in {"name": name, "phone": phone}.items() if value}
        body = parsed(ReportBody, told | ({"reporter": reporter} if reporter else {}))
        key, answer = desk.report(shop, caller, where.code, body)
        if answer.refused is not None:
            from services.cli.acting import refusal

            raise Stop(refusal(answer.refused))
    typer.echo(f"{where.code}-{key.stream_id}")


def orders(  # noqa: PLR0913, PLR0917 - a command's options
    site: Annotated[str | None, typer.Option(help="Code of the site.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="Such as open; may be given several times.")
    ] = None,
    party: Annotated[str | None, typer.Option(help="Only orders that this party has to do with.")] = None,
    colour: Annotated[
        Literal["red", "yellow", "green"] | None, typer.Option(help="Only of this colour.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that have ended as well.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most, the newest first.", min=1, max=100_000)] = 50,
    lang: Lang = None,
) -> None:
    """List orders: what, where, how it stands, who holds the ball, and the date that was promised.

    Example: ./lianban orders --party property --colour red
    """
    with at_work() as shop:
        from services.cli.listing import Wanted, read_items, table_of
        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            sites = read_all_sites(sql)
        narrowed = [the_site(sites, site)] if site else sites
        language = lang or ("en" if all(one.speaks == "en" for one in narrowed) else "zh")
        wanted = Wanted(site, tuple(status or ()), party, colour, everything, limit)
        items, more = read_items(shop, onlooker(sites), wanted, language)
        if not items:
            console().print("No orders." if language == "en" else "没有工单。")
            return
        console().print(table_of(items, language))
        if more:
            console().print(f"… (--limit {limit})", style="dim")


def show(
    code: Code,
    lang: Lang = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    events: Annotated[bool, typer.Option("--events/--no-events", help="What happened so far.")] = True,
) -> None:
    """Show an order: each party with its own clock, why it is due when it is, and all that happened.

    Example: ./lianban show AIBO5-17 --lang en
    """
    with at_work() as shop:
        from services.cli import showing
        from services.execute import UnknownStream
        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            named = order_named(sql, code)
        try:
            order = showing.read(shop, named.caller, named.key, lang or named.site.speaks)
        except UnknownStream:
            raise no_order(code) from None
        if as_json:
            typer.echo(showing.as_json(order))
        else:
            showing.tell(console(), order, with_events=events)


def act(
    code: Code,
    action: Annotated[
        str | None, typer.Argument(help="Such as acknowledge; without it, what is allowed.")
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="PARTY|key=value", help="Whose assignment, and the details."),
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="As PARTY[:role], reporter or volunteer; else as whoever may.",
            metavar="PARTY[:ROLE]",
        ),
    ] = None,
    help_actions: Annotated[bool, typer.Option("--help-actions", help="Say who may do what now.")] = False,
) -> None:
    """Act on an order as one of its parties; without an action, say who may do what now.

    Times without a zone are the site's.

    Example: ./lianban act AIBO5-17 hold contractor reason=material until=2026-12-01T17:30
    """
    with at_work() as shop:
        from services.cli import acting, possibilities

        if action is None or help_actions:
            possibilities.tell(console(), shop, code, action, as_)
            return
        acting.do(console(), shop, acting.Asked(code, action, tuple(words or ()), as_))
