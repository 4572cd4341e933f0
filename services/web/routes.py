"""The pages and their addresses."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from models.domain.words import ENDED, OrderStatus
from services import desk, photos
from services.actions.bodies import ORDER_CODE
from services.execute import UnknownStream
from services.store.transactions import transaction
from services.views.events import read_events
from services.views.found import find
from services.views.history import read_history
from services.views.order import view_of
from services.views.orders import Filters, Part, orders_page
from services.views.site import floorplan, site_view
from services.web.order_page import values_of
from services.web.pages import STATIC, caller_of, page_language, render, settings_of, shop_of
from services.web.pictures import PhotoSize, picture_answer

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

UNFINISHED = ("reported", "triage", "open", "awaiting_review", "unrouted", "reopened")
PER_PAGE = 30
CodePath = Annotated[str, Path(pattern=ORDER_CODE)]


class KeptFiles(StaticFiles):
    """Our own files; their address changes with them, so that browsers may keep them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as Starlette has it
        """With a long life."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def static_files() -> KeptFiles:
    """Styles, modules, the icon."""
    return KeptFiles(directory=STATIC)


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
        "supervised": Filters(supervised=True),
        "closed": Filters(status=(OrderStatus.CLOSED,)),
    }
    return known.get(show, Filters(status=UNFINISHED))


@router.get("/")
def list_page(
    request: Request,
    show: Annotated[str, Query(max_length=20)] = "open",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    """The orders of the caller's site."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    site = site_view(shop, caller, next(iter(caller.sites)), language) if caller.sites else None
    page = orders_page(
        shop,
        caller,
        _filters(show, caller.actor.party),
        Part(PER_PAGE, cursor),
        cursors=request.app.state.cursors,
        language=language,
    )
    tabs = ["open", *(["mine"] if caller.actor.party else []), "red", "yellow", "supervised", "closed", "all"]
    return render(
        request,
        "orders.html",
        {
            "site": site,
            "page": page,
            "show": show if show in tabs else "open",
            "tabs": tabs,
            "ended": ENDED,
        },
    )


@router.get("/o/{code}")
def order_page(request: Request, code: CodePath) -> HTMLResponse:
    """One order: a lane a party, and all that happened."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    key = desk.key_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, language)
        order = view_of(sql, found, caller.at(key.site_id))
        events, history = read_events(sql, found), read_history(sql, found)
    return render(request, "order.html", {"p": values_of(found, order, events, history)})


@router.get("/o/{code}/photos/{photo}")
def photo_file(
    request: Request,
    code: CodePath,
    photo: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
    size: PhotoSize = "full",
) -> Response:
    """A photo, for whoever may see the order."""
    shop, caller = shop_of(request), caller_of(request)
    key = desk.key_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        find(shop, sql, caller, key, "zh")
        kept = photos.find_kept(sql, key, photo, thumbnail=size == "thumbnail")
    if kept is None:
        raise UnknownStream(photo)
    return picture_answer(settings_of(request), kept, code, request.headers.get("if-none-match"))


@router.get("/plan/{site}.svg")
def plan_file(
    request: Request, site: str, space: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """The floor plan with a room marked; drawn as a picture, so that nothing in it runs."""
    plan = floorplan(shop_of(request), caller_of(request), site, space)
    return Response(plan, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=300"})
