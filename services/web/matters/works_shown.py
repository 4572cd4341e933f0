"""What the pages of announced works show."""

from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.responses import HTMLResponse

from models.domain.matters.works.rules import in_time_from, local_day, may_announce
from models.domain.matters.works.state import Plan
from models.domain.orders.rules import Context
from models.domain.streams import StreamKey
from models.domain.words import Origin
from services.matters import kit
from services.matters.venues.refusing import day_of
from services.matters.works import acting
from services.matters.works.reading import asked_of, refs
from services.matters.works.views import item_of, text, when, whole
from services.store.transactions import transaction
from services.views.language import Language, name_of
from services.web.matters.kit import NOTHING, Said, doer_of
from services.web.pages import page_language, render


def common(context: Context, language: Language, said: Said = NOTHING) -> dict[str, Any]:
    """What every page of works is given."""
    site = context.site
    return {
        "site": site.code,
        "zone": site.zone,
        "date_text": lambda day: day_of(day, site.zone, language),
        "rooms": [(code, name_of(one, language)) for code, one in site.spaces.items() if not one.closed],
        "origin": str(Origin.CONSTRUCTION),
        "key": uuid4().hex,
        "said": said,
    }


def show_list(request: Request, site_id: int) -> HTMLResponse:
    """The works that are to come or under way, then those that were."""
    one, language = doer_of(request), page_language(request)
    asked = asked_of(one, site_id)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = kit.with_words(sql, kit.listed(one, sql, acting.SORT, [site_id]), refs)
    zone = asked.context.site.zone
    items = [(item_of(x, language), when(x.state.plan, zone, language), x.state.is_open) for x in found]
    values = {
        **common(asked.context, language),
        "items": sorted(items, key=lambda item: not item[2]),
        "may_announce": may_announce(asked.actor, asked.context),
    }
    return render(request, "matters/works_list.html", values)


def show_new(request: Request, site_id: int, said: Said = NOTHING) -> HTMLResponse:
    """The form by which works are announced."""
    asked, language = asked_of(doer_of(request), site_id), page_language(request)
    may = may_announce(asked.actor, asked.context)
    values = {
        **common(asked.context, language, said),
        "may_announce": may,
        "given": said.typed,
        "today": local_day(asked.now, asked.context).isoformat(),
        "in_time": in_time_from(str(asked.actor.party), asked.context, asked.now) if may else None,
    }
    return render(request, "matters/works_new.html", values, said.status)


def show_one(request: Request, key: StreamKey, said: Said = NOTHING) -> HTMLResponse:
    """One announcement. Raises UnknownStream."""
    doer, language = doer_of(request), page_language(request)
    with transaction(doer.shop.engine, doer.caller.site_ids) as sql:
        found = acting.find(doer, sql, key)
        walks = acting.walks_for(sql, found)
    view, zone = whole(found, doer.caller.at(key.site_id), language), found.context.site.zone
    values = {
        **common(found.context, language, said),
        "v": view,
        "when": when(found.state.plan, zone, language),
        "walks": [
            (found.code_of(number), each.begun_at, len(each.findings)) for number, each in walks.items()
        ],
        "given": said.typed or _as_typed(found.state.plan, lambda ref: text(found, ref)),
        "today": local_day(found.now, found.context).isoformat(),
        "in_time": None,
        "public": f"/public/{found.site.code}/works/{key.stream_id}",
    }
    return render(request, "matters/works.html", values, said.status)


def _as_typed(plan: Plan, text_of: Any) -> dict[str, str]:  # noqa: ANN401 - a function of a reference
    """The fields of the form as they stand now."""
    return {
        "begins": plan.begins.isoformat(),
        "until": plan.until.isoformat(),
        "opens": plan.opens,
        "closes": plan.closes,
        "rooms": ",".join(plan.rooms),
        "what": text_of(plan.what),
        "phone": text_of(plan.phone),
        "substitutes": ",".join(plan.substitutes),
        "elsewhere": text_of(plan.elsewhere),
    }
