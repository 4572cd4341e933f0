"""Who was told what about an order, when, and whether it arrived."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.domain.orders.notices import HANDLER, NAMED
from models.domain.orders.rules import Context
from models.domain.streams import StreamKey
from services.callers import Caller
from services.execute import Shop
from services.notify.phone import in_words
from services.notify.record import service_record
from services.store.transactions import transaction
from services.views.found import Found, find
from services.views.language import Language
from services.views.models import DeliveryView, NoticesView, NoticeView
from services.views.seen import PARTIES, cut, sights_of


def notices_view(shop: Shop, caller: Caller, key: StreamKey, language: Language) -> NoticesView:
    """All notices of an order in their order.

    Raises:
        UnknownStream: there is no such order, or the caller may not see it.
    """
    found, whole, _ = read_record(shop, caller, key, language)
    seen = sights_of(caller.at(key.site_id), found)
    return NoticesView(items=[cut(one, seen) for one in whole.items] if seen & PARTIES else [])


def read_record(
    shop: Shop, caller: Caller, key: StreamKey, language: Language
) -> tuple[Found, NoticesView, dict[str, str]]:
    """The order, its service record uncut, and the names of the people in it by code.

    Raises:
        UnknownStream: there is no such order, or the caller may not see it.
    """
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, language)
        rows = service_record(sql, key)
        people = sql.execute("SELECT code, name FROM member WHERE site_id = %s", (key.site_id,)).fetchall()
    view = _whole(found, rows)
    told = {one.person for notice in view.items for one in notice.deliveries}
    return found, view, {code: name for code, name in people if code in told}


def _whole(found: Found, rows: Sequence[Mapping[str, Any]]) -> NoticesView:
    marks = _marks(found.context)
    items = []
    for row in rows:
        deliveries = [DeliveryView(**one) for one in row["deliveries"]]
        words = in_words(row["why"], found.language, marks)
        role = HANDLER if row["role"].startswith(NAMED) else row["role"]
        told = {"role": role, "party": found.party(row["party"]), "text": words, "deliveries": deliveries}
        items.append(NoticeView(**{**row, **told}))
    return NoticesView(items=items)


def _marks(context: Context) -> dict[str, str]:
    """What the rungs of the order's own playbook mark."""
    return {rung.code: str(rung.mark) for rung in context.playbook.ladder}
