"""The pages of the administration and what their forms do."""

from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.policy import Permission
from services.administering import letting_in, parties, places, plans
from services.administering.changing import Done, Form, NotChanged, change
from services.callers import Caller, NotPermitted
from services.matters.venues import programme
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.web.admin.kit import REFUSALS, Said, SitePath, Typed, back, form_of, refused, show
from services.web.pages import caller_of, page_language, render, settings_of, shop_of
from services.web.pictures import PICTURE_HANDS

router = APIRouter(prefix="/admin", include_in_schema=False, default_response_class=HTMLResponse)

SectionPath = Annotated[str, Path(pattern="^(site|rooms|plan|parties|tokens|record|guide)$")]
MOST_FIELDS = 40


class Wish(NamedTuple):
    """What a form of a section does; what it answers is a secret to be shown this once."""

    section: str
    do: Callable[[Form, Typed], str | None]


def _corners(typed: Typed) -> tuple[float, float, float, float]:
    try:
        left, top, right, bottom = (float(typed.text(one)) for one in ("left", "top", "right", "bottom"))
    except ValueError:
        return (-1, -1, -1, -1)
    return (left, top, right, bottom)


def _add_party(form: Form, typed: Typed) -> None:
    parties.add_party(
        form,
        (typed.text("name"), typed.text("name_en")),
        typed.many("capacity"),
        typed.text("person"),
        near=bool(typed.text("near")),
        always=bool(typed.text("always")),
    )


def _make_token(form: Form, typed: Typed) -> str:
    holder = (typed.text("role"), typed.text("party"))
    return letting_in.make_token(form, typed.text("name"), holder, typed.many("scope"), typed.number("days"))


def _posters(form: Form, _typed: Typed) -> None:
    form.need(Permission.MANAGE_SITE)
    with change(form, "posters.hung", ""):
        pass


WISHES: Mapping[str, Wish] = {
    "site.describe": Wish(
        "site",
        lambda f, t: places.describe_site(f, t.text("name"), t.text("name_en"), t.text("phone")),
    ),
    "site.coordinate": Wish("site", lambda f, t: parties.coordinate(f, t.text("member"))),
    "room.add": Wish("rooms", lambda f, t: places.add_room(f, t.text("name"), t.text("name_en"))),
    "room.rename": Wish(
        "rooms", lambda f, t: places.rename_room(f, t.text("about"), t.text("name"), t.text("name_en"))
    ),
    "room.close": Wish("rooms", lambda f, t: programme.retire(f, t.text("about"), t.text("reason"))),
    "room.open": Wish("rooms", lambda f, t: places.open_room(f, t.text("about"))),
    "room.up": Wish("rooms", lambda f, t: places.move_room(f, t.text("about"))),
    "room.place": Wish("plan", lambda f, t: plans.place(f, t.text("room"), _corners(t))),
    "party.add": Wish("parties", _add_party),
    "party.rename": Wish(
        "parties", lambda f, t: parties.rename_party(f, t.text("about"), t.text("name"), t.text("name_en"))
    ),
    "party.retire": Wish("parties", lambda f, t: parties.retire_party(f, t.text("about"))),
    "member.add": Wish(
        "parties", lambda f, t: parties.add_member(f, t.text("about"), t.text("name"), t.text("role"))
    ),
    "member.retire": Wish("parties", lambda f, t: parties.retire_member(f, t.text("party"), t.text("about"))),
    "channel.add": Wish(
        "parties",
        lambda f, t: parties.add_channel(
            f, t.text("party"), t.text("about"), t.text("kind"), t.text("address")
        ),
    ),
    "account.invite": Wish(
        "parties", lambda f, t: letting_in.invite(f, t.text("party"), t.text("about"), t.text("login"))
    ),
    "account.shut": Wish("parties", lambda f, t: letting_in.shut_out(f, t.text("party"), t.text("about"))),
    "token.make": Wish("tokens", _make_token),
    "token.revoke": Wish("tokens", lambda f, t: letting_in.revoke_token(f, t.text("about"))),
    "posters": Wish("guide", _posters),
}
"""By what a form says it does."""


@router.get("")
def home(request: Request) -> Response:
    """The sites that the caller administers; with one alone, that one's guide."""
    caller = caller_of(request)
    if not caller.sites_where(Permission.MANAGE_PEOPLE):
        raise NotPermitted
    whole = caller.sites_where(Permission.MANAGE_SITE)
    if not whole:
        code = next(c for c, one in caller.sites.items() if caller.may(Permission.MANAGE_PEOPLE, one))
        return RedirectResponse(f"/admin/{code}/parties", 303)
    return _home(request, caller)


def _home(request: Request, caller: Caller, why: str = "", typed: Typed | None = None) -> HTMLResponse:
    whole = caller.sites_where(Permission.MANAGE_SITE)
    with transaction(shop_of(request).engine, whole) as sql:
        sites = sql.execute(
            "SELECT code, name, name_en FROM site WHERE id = ANY (%s) ORDER BY id", (whole,)
        ).fetchall()
    values = {"sites": sites, "why": why, "typed": typed or Typed(), "may_add": caller.account is not None}
    return render(request, "admin/home.html", values, 422 if why else 200)


@router.post("")
async def add_site(request: Request) -> Response:
    """A new site, without anything."""
    return await to_thread.run_sync(_add_site, request, await _typed(request))


def _add_site(request: Request, typed: Typed) -> Response:
    caller = caller_of(request)
    try:
        code = places.add_site(shop_of(request), caller, typed.text("code"), typed.text("name"))
    except NotChanged as error:
        said = words_in(page_language(request)).gettext(error.words).format(**error.named)
        return _home(request, caller, said, typed)
    return RedirectResponse(f"/admin/{code}", 303)


@router.get("/{site}")
def guide(request: Request, site: SitePath) -> HTMLResponse:
    """The first-run guide."""
    return show(request, site, "guide")


@router.get("/{site}/{section}")
def section_page(request: Request, site: SitePath, section: SectionPath) -> HTMLResponse:
    """A part of the site."""
    return show(request, site, section)


async def _typed(request: Request) -> Typed:
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        return Typed(
            {
                name: [one for one in form.getlist(name) if isinstance(one, str)]
                for name in form
                if isinstance(form[name], str)
            }
        )


@router.post("/{site}/plan")
async def hang_plan(request: Request, site: SitePath) -> Response:
    """Another floor plan, or a room placed on it."""
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        typed = Typed({name: [value] for name, value in form.items() if isinstance(value, str)})
        file = form.get("file")
        if not isinstance(file, UploadFile):
            return await to_thread.run_sync(_act, request, site, typed)
        return await to_thread.run_sync(_hang, request, site, typed, file, limiter=PICTURE_HANDS)


def _hang(request: Request, code: str, typed: Typed, file: UploadFile) -> Response:
    try:
        plans.hang(form_of(request, code, typed), file.file)
    except REFUSALS as error:
        return refused(request, code, "plan", typed, error)
    except Done:
        pass
    return back(code, "plan")


@router.post("/{site}/{section}")
async def act(request: Request, site: SitePath, section: SectionPath) -> Response:  # noqa: ARG001 - the form says it
    """What a form of the page does."""
    return await to_thread.run_sync(_act, request, site, await _typed(request))


def _act(request: Request, code: str, typed: Typed) -> Response:
    wish = WISHES.get(typed.text("do"))
    if wish is None:
        return back(code, "guide")
    try:
        secret = wish.do(form_of(request, code, typed), typed)
    except REFUSALS as error:
        return refused(request, code, wish.section, typed, error)
    except Done:
        return back(code, wish.section)
    if secret is None:
        return back(code, wish.section)
    if typed.text("do") == "account.invite":
        secret = f"{settings_of(request).public_url}/sign-in#{secret}"
    response = show(request, code, wish.section, Said(typed=typed, secret=secret))
    response.headers["Cache-Control"] = "no-store"
    return response
