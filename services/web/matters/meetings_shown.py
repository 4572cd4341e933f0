"""What the pages of meetings and of who pays show, made from their views."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse

from models.domain.matters.meetings.state import MeetingState
from models.domain.orders.paying import OTHERS, Circumstance
from models.domain.orders.rules import coordinating
from models.domain.streams import StreamKey
from services import desk
from services.execute import UnknownStream
from services.matters import kit
from services.matters.kit import Doer, Found
from services.matters.meetings import acting, words
from services.matters.meetings.paying import proposal_of
from services.matters.meetings.views import item_of, payer_named, paying, whole
from services.store.transactions import transaction
from services.views import labels
from services.views.found import Found as FoundOrder
from services.views.language import Language, name_of, say
from services.views.models import Named
from services.web.matters.kit import NOTHING, Said, doer_of
from services.web.pages import page_language, render

LOCAL = "%Y-%m-%dT%H:%M"
"""As a browser's field for date and time has it."""
MEETS_AT = (14, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A party's row in the form of the minutes, as it was typed, drafted or is on the order."""

    party: Named
    does: str
    what: str
    by: str
    safe: str


def show_list(request: Request) -> HTMLResponse:
    """The meetings that the caller sees."""
    one, language = doer_of(request), page_language(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = kit.listed(one, sql, acting.SORT, one.caller.site_ids)
    items = [
        {"m": item_of(each, language), "zone": each.context.site.zone, "open": each.state.open}
        for each in found
    ]
    return render(request, "matters/meetings.html", words_for(language) | {"items": items})


def show_new(request: Request, order: StreamKey, said: Said = NOTHING) -> HTMLResponse:
    """The form by which a meeting is called on an order. Raises UnknownStream."""
    one, language = doer_of(request), page_language(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.order_of(one, sql, order, language)
    site, acts = found.context.site, {each.party for each in found.order.acting()}
    tomorrow = found.now.astimezone(ZoneInfo(site.zone)) + timedelta(days=1)
    hour, minute = MEETS_AT
    values = {
        "order": found.code,
        "space": name_of(site.spaces[found.order.space], language),
        "here_space": found.order.space,
        "acting": found.parties(acts),
        "others": found.parties(set(site.parties) - acts),
        "spaces": [(code, name_of(each, language)) for code, each in site.spaces.items() if not each.closed],
        "two_returns": found.order.returns >= found.context.playbook.returns_at_most,
        "open_meeting": found.code_of(found.order.meeting.number) if found.order.meeting else "",
        "meets_at": tomorrow.replace(hour=hour, minute=minute).strftime(LOCAL),
        "said": said,
        "key": uuid4().hex,
    }
    return render(request, "matters/meeting_new.html", words_for(language) | values, said.status)


def show_meeting(request: Request, code: str, said: Said = NOTHING) -> HTMLResponse:
    """A meeting with its minutes. Raises UnknownStream."""
    one, language = doer_of(request), page_language(request)
    key = desk.key_of(one.caller, code)
    found = acting.found_meeting(one, key)
    order = _order_if_seen(one, StreamKey(key.site_id, found.state.order), language)
    actor = one.caller.at(key.site_id)
    view = whole(found, actor, language)
    payers = [(each.code, each.name) for each in view.invited]
    payers += [(each, labels.label(labels.PAYER, each, language)) for each in sorted(OTHERS)]
    values = {
        "m": view,
        "zone": found.context.site.zone,
        "party": actor.party,
        "open": found.state.open,
        "rows": rows_of(found, order, said.typed, language) if order else [],
        "sees_order": order is not None,
        "payers": payers,
        "said": said,
        "key": uuid4().hex,
        "at": f"/meetings/{code}",
    }
    return render(request, "matters/meeting.html", words_for(language) | values, said.status)


def _order_if_seen(one: Doer, key: StreamKey, language: Language) -> FoundOrder | None:
    """Who was invited, and has no part in the order once the meeting is over, sees the meeting alone."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        try:
            return acting.order_of(one, sql, key, language)
        except UnknownStream:
            return None


def rows_of(
    found: Found[MeetingState], order: FoundOrder, typed: Mapping[str, str], language: Language
) -> list[Row]:
    """A row for each invited party: as typed, else as drafted, else as the order has it."""
    zone = ZoneInfo(found.context.site.zone)
    made = [_row_of(found, order, party, zone) for party in found.state.invited]
    names = [payer_named(party, found, language) for party in found.state.invited]
    if not any(one.startswith("does.") for one in typed):
        return [Row(named, *row) for named, row in zip(names, made, strict=True)]
    fields = ("does", "what", "by", "safe")
    return [Row(one, *(typed.get(f"{field}.{one.code}", "") for field in fields)) for one in names]


def _row_of(
    found: Found[MeetingState], order: FoundOrder, party: str, zone: ZoneInfo
) -> tuple[str, str, str, str]:
    drafted = [
        each for each in (found.state.minutes.items if found.state.minutes else ()) if each.party == party
    ]
    if not drafted:
        held = order.order.assignments.get(party)
        return (
            str(held.duty) if held is not None and held.acting and not found.state.minutes else "",
            "",
            "",
            "",
        )
    duty = next((each for each in drafted if each.does != "make_safe"), None)
    safe = next((each for each in drafted if each.does == "make_safe"), None)
    ref = (duty or drafted[0]).what
    return (
        str(duty.does) if duty else "",
        found.words.get(ref.id, "") if ref else "",
        _local(duty.by if duty else None, zone)[:10],
        _local(safe.by if safe else None, zone),
    )


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime(LOCAL) if at else ""


def show_payer(
    request: Request, order: StreamKey, said: Said = NOTHING, circumstance: Circumstance | None = None
) -> HTMLResponse:
    """Who pays for an order: the rule's proposal, and its confirmation. Raises UnknownStream."""
    one, language = doer_of(request), page_language(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.order_of(one, sql, order, language)
        view = paying(found, proposal_of(sql, found, circumstance))
    party = one.caller.at(order.site_id).party
    site = found.context.site
    payers = [(each, found.party(each).name) for each in site.parties]
    payers += [(each, labels.label(labels.PAYER, each, language)) for each in sorted(OTHERS)]
    committee = party is not None and party == coordinating(found.context)
    values = {
        "p": view,
        "payers": payers,
        "circumstance": circumstance or "",
        "coordinates": committee,
        "mine": party is not None and view.payer is not None and view.payer.code == party,
        "settled": found.order.payment is not None and found.order.payment.meeting is not None,
        "said": said,
        "key": uuid4().hex,
    }
    return render(request, "matters/payer.html", words_for(language) | values, said.status)


_TABLES = {
    "reason": words.REASON,
    "status": words.STATUS,
    "does": words.DOES,
    "ground": words.GROUND,
    "circumstance": words.CIRCUMSTANCE,
}


def words_for(language: Language) -> dict[str, Any]:
    """What templates call codes by: `word('does', 'lead')`, and all of a table as pairs."""
    return {
        "word": lambda table, code: say(_TABLES[table][code], language),
        "words": lambda table: [(code, say(told, language)) for code, told in _TABLES[table].items()],
    }
