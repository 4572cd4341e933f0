"""What the pages of acceptances and completions show."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.responses import HTMLResponse

from models.domain.matters.acceptances.checklist import CHECKS
from models.domain.matters.acceptances.completion import MONTHS, may_record
from models.domain.matters.acceptances.decide import goes_to_contractor, may_host
from models.domain.orders.rules import Context
from models.domain.playbook.model import Category
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services.matters.acceptances import acting, papers, warranty, words
from services.matters.acceptances.views import completion_view, item_of
from services.matters.kit import Doer, Found
from services.store.contexts import SiteClock, read_sites
from services.store.transactions import transaction
from services.views.language import Language, name_of, say
from services.web.matters.kit import NOTHING, Said, doer_of
from services.web.pages import page_language, render


def _words_for(language: Language) -> dict[str, Any]:
    tables = {"status": words.STATUS, "presence": words.PRESENCE, "warranty": words.WARRANTY}
    return {"word": lambda table, code: say(tables[table][str(code)], language)}


def show_list(request: Request) -> HTMLResponse:
    """The latest acceptances, and the way to a new one."""
    one, language = doer_of(request), page_language(request)
    sites = one.caller.sites_where(Permission.SEE_ACCEPTANCES)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.listed(one, sql, sites)
        contexts = {n: one.shop.contexts.of(sql, site) for n, site in read_sites(sql, sites).items()}
    values = {
        "items": [{"a": item_of(each), "zone": each.context.site.zone} for each in found],
        "hosts": any(may_host(one.caller.at(site), context) for site, context in contexts.items()),
    }
    return render(request, "matters/acceptances.html", _words_for(language) | values)


def show_new(
    request: Request,
    site_id: int,
    said: Said = NOTHING,
    chosen: tuple[Sequence[str], Sequence[str]] | None = None,
) -> HTMLResponse:
    """The form of an acceptance."""
    one, language = doer_of(request), page_language(request)
    site, context = _site(one, site_id)
    fit = [each for each in CHECKS if goes_to_contractor(each.category, "", context)]
    values = {
        "site": site,
        "rooms": _rooms(context, language),
        "checks": [(each.code, each.name_en if language == "en" else each.name) for each in fit],
        "chosen": chosen or ((), [each.code for each in fit]),
        "key": uuid4().hex,
        "said": said,
    }
    return render(request, "matters/acceptance_new.html", values, said.status)


def show_one(request: Request, key: StreamKey, said: Said = NOTHING, room: str = "") -> HTMLResponse:
    """One acceptance, or a room of it."""
    one, language = doer_of(request), page_language(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found, view = papers.seen(one, sql, key, language)
    context = found.context
    values = {
        "a": view,
        "rooms": _progress(view.checks),
        "room": room,
        "spaces": _rooms(context, language),
        "kinds": [
            (code, kind_name(each, language))
            for code, each in context.playbook.categories.items()
            if goes_to_contractor(code, "", context)
        ],
        "pairs": papers.pairs(view),
        "here": f"/acceptances/{view.code}",
        "web": lambda path: path.removeprefix("/api/v1"),
        "key": uuid4().hex,
        "said": said,
    }
    return render(request, "matters/acceptance.html", _words_for(language) | values, said.status)


def _progress(checks: Sequence[Any]) -> list[dict[str, Any]]:
    """Each room once, with what is still to be looked at there, and what failed."""
    found: dict[str, dict[str, Any]] = {}
    for one in checks:
        room = found.setdefault(one.space.code, {"space": one.space, "left": 0, "failed": 0, "all": 0})
        room["all"] += 1
        room["left"] += one.open and not one.checked
        room["failed"] += bool(one.result and not one.result.passed)
    return list(found.values())


def show_completions(request: Request) -> HTMLResponse:
    """Certificates, and until when what is covered."""
    one, language = doer_of(request), page_language(request)
    sites = one.caller.sites_where(Permission.SEE_ACCEPTANCES)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = warranty.listed(one, sql, sites)
        contexts = {n: one.shop.contexts.of(sql, site) for n, site in read_sites(sql, sites).items()}
    values = {
        "items": [completion_view(each, one.caller.at(each.key.site_id), language) for each in found],
        "records": any(may_record(one.caller.at(site), context) for site, context in contexts.items()),
    }
    return render(request, "matters/completions.html", values)


def show_new_completion(
    request: Request, site_id: int, said: Said = NOTHING, spaces: Sequence[str] = ()
) -> HTMLResponse:
    """The form of a completion."""
    one, language = doer_of(request), page_language(request)
    site, context = _site(one, site_id)
    values = {
        "site": site,
        "rooms": _rooms(context, language),
        "chosen": spaces,
        "months": list(MONTHS.items()),
        "key": uuid4().hex,
        "said": said,
    }
    return render(request, "matters/completion_new.html", _words_for(language) | values, said.status)


def show_completion(request: Request, found: Found[Any], said: Said = NOTHING) -> HTMLResponse:
    """One completion."""
    one, language = doer_of(request), page_language(request)
    view = completion_view(found, one.caller.at(found.key.site_id), language)
    values = {
        "c": view,
        "zone": found.context.site.zone,
        "web": lambda path: path.removeprefix("/api/v1"),
        "key": uuid4().hex,
        "said": said,
    }
    return render(request, "matters/completion.html", values, said.status)


def zone_of(one: Doer, site_id: int) -> str:
    """The site's time zone."""
    return _site(one, site_id)[1].site.zone


def kind_name(category: Category, language: Language) -> str:
    """What a category is called."""
    return (language == "en" and category.name_en) or category.name


def _site(one: Doer, site_id: int) -> tuple[SiteClock, Context]:
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        site = read_sites(sql, [site_id])[site_id]
        return site, one.shop.contexts.of(sql, site)


def _rooms(context: Context, language: Language) -> list[tuple[str, str]]:
    open_ = (space for space in context.site.spaces.values() if not space.closed)
    return [(space.code, name_of(space, language)) for space in open_]
