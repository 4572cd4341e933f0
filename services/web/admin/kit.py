"""What the pages of the administration have in common: whose, of which site, and what became of a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from unicodedata import category
from urllib.parse import urlsplit
from uuid import uuid4

from fastapi import Path, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.directory import Capacity
from models.domain.policy import Permission
from services.actions.bodies import SITE_CODE
from services.addresses import KINDS
from services.administering import showing
from services.administering.changing import Form, NotChanged, Stale, Unsound
from services.administering.parties import ROLES
from services.callers import Caller, NotPermitted
from services.execute import UnknownStream
from services.store.transactions import transaction
from services.views import labels
from services.views.catalogues import words_in
from services.web.admin import words
from services.web.dispatching.channels import NAMES
from services.web.pages import caller_of, page_language, render, settings_of, shop_of

SitePath = Annotated[str, Path(pattern=SITE_CODE)]
LONGEST = 400
KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form says, as it was typed."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """A field without what no keyboard types; PostgreSQL takes no NUL."""
        given = self.fields.get(name, [default])[0][:LONGEST]
        return "".join(c for c in given if category(c) not in {"Cc", "Cs"})

    def many(self, name: str) -> list[str]:
        """The chosen ones of several."""
        return self.fields.get(name, [])

    def number(self, name: str) -> int:
        """A whole number; -1 for what is none."""
        given = self.text(name)
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1  # noqa: PLR2004

    def of(self, do: str, about: str = "") -> bool:
        """Whether this is what was typed into that form of the page."""
        return self.text("do") == do and self.text("about") == about


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says beside what it shows."""

    why: str = ""
    typed: Typed = field(default_factory=Typed)
    secret: str = ""
    """A link or a token, shown this once."""
    status: int = 200


def site_of(caller: Caller, code: str) -> int:
    """A site that the caller may change something of. Raises UnknownStream, NotPermitted."""
    if code not in caller.sites:
        raise UnknownStream(code)
    site_id = caller.sites[code]
    if not caller.may(Permission.MANAGE_PEOPLE, site_id):
        raise NotPermitted
    return site_id


def form_of(request: Request, code: str, typed: Typed) -> Form:
    """The form as a change needs it."""
    caller = caller_of(request)
    key = typed.text("key")[:KEY_LENGTH] or uuid4().hex
    return Form(shop_of(request), caller, site_of(caller, code), key, typed.number("seen"))


def show(request: Request, code: str, section: str, said: Said = Said()) -> HTMLResponse:
    """A page of a site's administration."""
    caller, language, settings = caller_of(request), page_language(request), settings_of(request)
    site_id = site_of(caller, code)
    whole = caller.may(Permission.MANAGE_SITE, site_id)
    if not whole and section != "parties":
        raise NotPermitted
    say = words_in(language).gettext
    with transaction(shop_of(request).engine, [site_id]) as sql:
        shown = showing.site_shown(sql, site_id)
        more = _OF_SECTION[section](sql, site_id) if section in _OF_SECTION else None
    own = caller.at(site_id).party
    names = {one["code"]: one["name"] for one in shown.parties}
    values: dict[str, Any] = {
        "section": section,
        "site": shown.head,
        "shown": shown,
        "more": more,
        "parties": shown.parties if whole else [one for one in shown.parties if one["code"] == own],
        "whole": whole,
        "said": said,
        "typed": said.typed,
        "key": lambda: uuid4().hex,
        "did": request.query_params.get("did") == "1",
        "capacities": [str(one) for one in Capacity],
        "capacity": lambda one: labels.label(labels.CAPACITY, one, language),
        "taken": {one for party in shown.parties for one in party["capacities"]},
        "roles": [str(one) for one in ROLES],
        "kinds": [(one, *map(say, NAMES[one])) for one in NAMES if one in KINDS],
        "problems": lambda found: dict.fromkeys(
            words.problem_in_words(one, say, language, names) for one in found
        ),
        "action": lambda one: say(words.ACTIONS.get(one, one)),
        "scopes": {one: say(name) for one, name in words.SCOPES.items()},
        "public_url": settings.public_url,
        "only_here": settings.is_local,
        "port": urlsplit(settings.public_url).port or settings.port,
        "zone": shown.head["zone"],
    }
    return render(request, f"admin/{section}.html", values, said.status)


_OF_SECTION: Mapping[str, Any] = {
    "guide": showing.progress,
    "tokens": showing.tokens_shown,
    "record": showing.record_shown,
}


def refused(request: Request, code: str, section: str, typed: Typed, error: Exception) -> HTMLResponse:
    """The page again with what is the matter; what was typed stays."""
    language = page_language(request)
    say = words_in(language).gettext
    if isinstance(error, NotChanged):
        return show(request, code, section, Said(say(error.words).format(**error.named), typed, status=422))
    if isinstance(error, Unsound):
        site_id = site_of(caller_of(request), code)
        with transaction(shop_of(request).engine, [site_id]) as sql:
            names = {one["code"]: one["name"] for one in showing.site_shown(sql, site_id).parties}
        problem = words.problem_in_words(error.problem, say, language, names)
        return show(
            request, code, section, Said(say(words.UNSOUND).format(problem=problem), typed, status=409)
        )
    return show(request, code, section, Said(say(words.STALE), typed, status=409))


REFUSALS = (NotChanged, Unsound, Stale)


def back(code: str, section: str) -> Response:
    """To the page, which says that it was done."""
    at = "" if section == "guide" else f"/{section}"
    return RedirectResponse(f"/admin/{code}{at}?did=1", 303)
