"""The pages of walks: the list, the round through the rooms, the notice's progress."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse

from models.domain.orders.rules import Context
from models.domain.walks.rules import is_its_day, may_go_on, may_walk
from models.domain.walks.state import WalkStatus
from services import desk
from services.matters.works.acting import waiting_for
from services.matters.works.views import room_names
from services.store.contexts import read_sites
from services.store.transactions import transaction
from services.views.language import Language, name_of
from services.walks.reading import FoundWalk, find_walk, list_walks, read_orders, to_take_on
from services.walks.shown import walk_view
from services.web.matters.kit import doer_of
from services.web.pages import caller_of, page_language, render, shop_of


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says of what was just sent."""

    good: str = ""
    refused: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    room: str = ""
    status: int = 200


NOTHING = Said()


def show_list(request: Request, said: Said = NOTHING) -> HTMLResponse:
    """The walks that the caller may see, and where he may set out."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    with transaction(shop.engine, caller.site_ids) as sql:
        sites = read_sites(sql, caller.site_ids).values()
        contexts = {site.id: shop.contexts.of(sql, site) for site in sites}
        walks = list_walks(shop, sql, caller)
    starts = [
        {"code": site.code, "name": (language == "en" and site.name_en) or site.name}
        for site in sites
        if may_walk(caller.at(site.id), contexts[site.id]) and contexts[site.id].playbook.hazards
    ]
    values = {"walks": walks, "starts": starts, "said": said, "key": uuid4().hex}
    return render(request, "walks/list.html", values, said.status)


def show_walk(request: Request, code: str, said: Said = NOTHING) -> HTMLResponse:
    """A walk as it is: under way, given up, or with its notice. Raises UnknownStream."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    key = desk.key_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find_walk(shop, sql, caller, key)
        orders = read_orders(sql, found)
    actor = caller.at(key.site_id)
    values = {
        "p": walk_view(found, orders, language),
        "mine": may_go_on(actor, found.walk, found.context),
        "today": is_its_day(found.walk, found.context, found.now),
        "said": said,
        "key": uuid4().hex,
        "here": f"/walk/{code}",
    }
    if found.walk.status is WalkStatus.FINISHED:
        values["to_take_on"] = len(to_take_on(found.walk, orders, actor.party))
        with transaction(shop.engine, caller.site_ids) as sql:
            works = waiting_for(doer_of(request), sql, key.site_id, found.walk)
        values["works"] = [(one.code, room_names(one, one.state.plan.rooms, language)) for one in works]
        return render(request, "walks/finished.html", values, said.status)
    return render(request, "walks/walking.html", values | _round(found, said, language), said.status)


def _round(found: FoundWalk, said: Said, language: Language) -> dict[str, Any]:
    spaces = found.context.site.spaces
    counts: dict[str, int] = {}
    for one in found.walk.findings.values():
        counts[one.space] = counts.get(one.space, 0) + 1
    room = said.room if said.room in spaces else ""
    return {
        "rooms": [
            {"code": code, "name": name_of(one, language), "count": counts.get(code, 0)}
            for code, one in spaces.items()
        ],
        "room": room,
        "room_name": name_of(spaces[room], language) if room else "",
        "next_room": _after(list(spaces), room),
        "hazards": _hazards(found.context, language),
    }


def _after(rooms: list[str], room: str) -> str:
    """The room that follows in the site's list."""
    place = rooms.index(room) + 1 if room else 0
    return rooms[place] if place < len(rooms) else ""


def _hazards(context: Context, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "name": (language == "en" and one.name_en) or one.name,
            "danger": one.severity == "danger",
        }
        for one in context.playbook.hazards.values()
    ]
