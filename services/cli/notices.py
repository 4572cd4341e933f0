"""`lianban notices`: an order's service record 送达记录, to whom each notice went and what became of it."""

import json
from typing import Annotated

import typer

from services.cli.operating import Code, Lang, at_work, console, no_order, order_named


def notices(
    code: Code,
    lang: Lang = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Print an order's service record: who was told what, over which channel, and what became of it when.

    Example: ./lianban notices AIBO5-17 --lang en
    """
    with at_work() as shop:
        from services.cli.notices_told import Record
        from services.execute import UnknownStream
        from services.store.transactions import transaction
        from services.views.notices import read_record

        with transaction(shop.engine) as sql:
            order = order_named(sql, code)
        try:
            found, view, people = read_record(shop, order.caller, order.key, lang or order.site.speaks)
        except UnknownStream:
            raise no_order(code) from None
        if as_json:
            typer.echo(json.dumps(view.model_dump(mode="json"), ensure_ascii=False, indent=2))
        else:
            for part in Record(found, view, people).parts():
                console().print(part)
