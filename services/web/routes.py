"""The pages and their addresses."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from models.domain.policy import Permission
from models.domain.words import ENDED, OrderStatus
from services import desk
from services.actions.bodies import SITE_CODE
from services.callers import Caller
from services.views.catalogues import words_in
from services.views.labels import MARK, label
from services.views.language import Language
from services.views.orders import Counted, Filters, Part, orders_page
from services.views.site import floorplan, pinned, site_view
from services.web.order_page import CodePath
from services.web.pages import HTMX, STATIC, caller_of, page_language, render, settings_of, shop_of
from services.web.pictures import PhotoPath, PhotoSize, picture_answer, picture_seen
from services.web.recordings import recording

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

UNFINISHED = ("reported", "triage", "open", "awaiting_review", "unrouted", "reopened")
PER_PAGE = 30
FOR_GOOD = "public, max-age=31536000, immutable"


class KeptFiles(StaticFiles):
    """Our own files; their address changes with them, so that browsers may keep them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as Starlette has it
        """With a long life."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = FOR_GOOD
        return response


def static_files() -> KeptFiles:
    """Styles, modules, the icon."""
    return KeptFiles(directory=STATIC)


@router.get("/static/htmx.js")
def htmx() -> FileResponse:
    """As its wheel has it."""
    return FileResponse(
        HTMX / "htmx.min.js", headers={"Cache-Control": FOR_GOOD}, media_type="text/javascript"
    )


@router.get("/favicon.ico")
def icon() -> FileResponse:
    """For browsers that ask without reading the page."""
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


def _filters(show: str, party: str | None) -> Filters:
    known: Mapping[str, Filters] = {
        "all": Filters(),
        "mine": Filters(holder=party or "-"),
        "red": Filters(colour="red", status=UNFINISHED),
        "yellow": Filters(colour="yellow", status=UNFINISHED),
        "supervised": Filters(supervised=True, status=UNFINISHED),
        "closed": Filters(status=(OrderStatus.CLOSED,)),
    }
    return known.get(show, Filters(status=UNFINISHED))


class Narrowed(Counted):
    """To what the board's figures and filters narrow the list; empty ones do not."""

    party: str = Field("", max_length=64)
    state: str = Field("", max_length=64)
    category: str = Field("", max_length=64)
    space: str = Field("", max_length=64)

    def within(self, known: Filters) -> Filters:
        """A filter narrowed to them; a state is that of a party's assignment."""
        return replace(
            super().within(known),
            party=self.party or None,
            state=(self.state if self.party else "") or None,
            category=self.category or None,
            space=self.space or None,
        )


_KEPT = (
    *("site", "party", "state", "category", "space"),
    *("figure", "figure_party", "since", "until"),
)


def _named(filters: Filters) -> dict[str, str | None]:
    """What of a filter stands in addresses."""
    return {name: getattr(filters, name) for name in _KEPT}


@router.get("/")
def list_page(
    request: Request,
    narrowed: Annotated[Narrowed, Depends()],
    show: Annotated[str, Query(max_length=20)] = "open",
    site: Annotated[str | None, Query(pattern=SITE_CODE)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """The orders of the caller's sites, or of one of them; who only administers goes where that is done."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    if not caller.sites_where(Permission.SEE_ORDERS) and caller.sites_where(Permission.MANAGE_SITE):
        return RedirectResponse("/admin", 303)
    chosen = site or next(iter(caller.sites), None)
    filters = replace(_filters(show, caller.actor.party), site=site)
    if caller.sites_where(Permission.SEE_FIGURES):
        filters = narrowed.within(filters)
    shown = site_view(shop, caller, chosen, language) if chosen else None
    page = orders_page(
        shop,
        caller,
        filters,
        Part(PER_PAGE, cursor),
        cursors=request.app.state.cursors,
        language=language,
    )
    tabs = _tabs(caller, language)
    return render(
        request,
        "orders.html",
        {
            "site": shown,
            "kept": urlencode({name: value for name, value in _named(filters).items() if value}),
            "narrowed": any(value for name, value in _named(filters).items() if name != "site"),
            "page": page,
            "show": show if show in tabs else "open",
            "tabs": tabs,
            "ended": ENDED,
            "topics": " ".join(sorted(caller.sites)),
        },
    )


def _tabs(caller: Caller, language: Language) -> dict[str, str]:
    """What the list can be narrowed to, by code."""
    _ = words_in(language).gettext
    mine = {"mine": _("待我办理")} if caller.actor.party else {}
    late = {
        "red": _("超期"),
        "yellow": _("临期"),
        "supervised": label(MARK, "supervise", language),
    }
    return {"open": _("未结"), **mine, **late, "closed": _("已结案"), "all": _("全部")}


@router.get("/o/{code}/photos/{photo}")
def photo_file(
    request: Request,
    code: CodePath,
    photo: PhotoPath,
    size: PhotoSize = "full",
) -> Response:
    """A photo, for whoever may see the order."""
    shop, caller = shop_of(request), caller_of(request)
    key = desk.key_of(caller, code)
    kept = picture_seen(shop, caller, key, photo, size)
    return picture_answer(settings_of(request), kept, code, request.headers.get("if-none-match"))


@router.get("/o/{code}/voice")
def voice_file(request: Request, code: CodePath) -> Response:
    """What the reporter said, for whoever may read the reporter's words."""
    caller = caller_of(request)
    return recording(shop_of(request), caller, desk.key_of(caller, code))


@router.get("/plan/{site}.svg")
def plan_file(
    request: Request,
    site: str,
    space: Annotated[str | None, Query(max_length=64)] = None,
    point: Annotated[str | None, Query(pattern="^[0-9]{1,5},[0-9]{1,5}$")] = None,
) -> Response:
    """The floor plan with a room or a point marked; drawn as a picture, so that nothing in it runs."""
    plan = floorplan(shop_of(request), caller_of(request), site, space if point is None else None)
    if point is not None:
        x, _, y = point.partition(",")
        plan = pinned(plan, int(x), int(y))
    return Response(plan, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=300"})
