"""`lianban notices`: an order's service record 送达记录, to whom each notice went and what became of it."""

import json
from typing import Annotated, Literal

import typer

from services.cli.operating import Stop, at_work, console, onlooker, read_all_sites, site_of_order

Lang = Annotated[Literal["zh", "en"] | None, typer.Option(help="Language; the site's own unless given.")]


def notices(
    code: Annotated[str, typer.Argument(help="Order code, such as AIBO5-17.", show_default=False)],
    lang: Lang = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Print an order's service record: who was told what, over which channel, and what became of it when.

    Example: ./lianban notices AIBO5-17 --lang en
    """
    with at_work() as shop:
        from services.cli.notices_told import Record
        from services.desk import key_of
        from services.execute import UnknownStream
        from services.store.transactions import transaction
        from services.views.notices import read_record

        with transaction(shop.engine) as sql:
            sites = read_all_sites(sql)
            where = site_of_order(sites, code)
        caller = onlooker(sites)
        language = lang or ("en" if where.language == "en" else "zh")
        try:
            found, view, people = read_record(shop, caller, key_of(caller, code), language)
        except UnknownStream:
            raise Stop(f"there is no order {code}.") from None
        if as_json:
            typer.echo(json.dumps(view.model_dump(mode="json"), ensure_ascii=False, indent=2))
        else:
            for part in Record(found, view, people).parts():
                console().print(part)
