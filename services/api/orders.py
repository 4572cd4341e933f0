"""Reporting, looking at orders, their ledgers and notices."""

from datetime import date
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Body, Query, Request, Response

from models.domain.policy import Permission
from models.domain.words import OrderStatus
from services.actions.bodies import SITE_CODE, Code, ReportAtSite
from services.api import examples
from services.api.carrying import look_up
from services.api.problems import declared
from services.api.public import count_public, public_among
from services.api.taking import Asked, Intake, written
from services.api.visit import CodePath, OneErrand, OneVisit
from services.views.events import events_page
from services.views.models import Colour, EventsPage, NoticesView, OrdersPage, OrderView
from services.views.notices import notices_view
from services.views.order import API, order_view
from services.views.orders import FIGURE, MOST, Counted, Filters, Part, orders_page

router = APIRouter(prefix="/orders", tags=["orders"])

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=400, description="`next` of the part before; opaque, for this list only."),
]


@router.post(
    "",
    status_code=201,
    response_model=OrderView,
    summary="报修 Report an issue",
    operation_id="report",
    responses={
        201: {
            "description": "Taken down; the clock runs. Location names the order.",
            "headers": {"Location": {"schema": {"type": "string"}, "description": "Where the order is."}},
            "content": {"application/json": {"example": examples.ORDER}},
        },
        **declared(404, 409, 413, 415, 422),
    },
)
async def report(
    errand: OneErrand,
    body: Annotated[ReportAtSite, Body(openapi_examples=examples.REPORTS)],
    request: Request,
    response: Response,
) -> Response:
    """Take an issue down. Without a category the committee triages; the clock runs from this report.

    It is sent to its parties a moment later: ask again for the order, or wait for its notices.
    """
    visit = errand.visit
    if public := public_among(visit, [body.site]):
        await to_thread.run_sync(count_public, request, visit, public)
    ticket = None
    if body.site in visit.caller.sites:
        ticket = errand.ticket(visit.caller.sites[body.site], body.model_dump_json().encode(), 201)
    reports: Intake = request.app.state.intake
    view = await reports.do(Asked(visit, body.site, body, ticket))
    response.headers["Location"] = f"{API}/orders/{view.code}"
    return written(view, 201, response)


@router.get("", summary="工单列表 List orders", operation_id="list_orders", responses=declared(422))
def list_orders(  # noqa: PLR0913, PLR0917 - one parameter a filter
    visit: OneVisit,
    site: Annotated[str | None, Query(pattern=SITE_CODE, examples=["AIBO5"])] = None,
    status: Annotated[list[OrderStatus] | None, Query(description="May be repeated.")] = None,
    category: Code | None = None,
    space: Code | None = None,
    party: Annotated[Code | None, Query(description="Has, or had, an assignment on it.")] = None,
    holder: Annotated[Code | None, Query(description="Holds the ball now.")] = None,
    colour: Colour | None = None,
    supervised: bool | None = None,  # noqa: FBT001 - a query parameter is given by name
    figure: Annotated[
        str | None, Query(pattern=FIGURE, description="Counted so in the figures.", examples=["on_time.bad"])
    ] = None,
    figure_party: Annotated[Code | None, Query(description="For whom it was counted.")] = None,
    since: Annotated[date | None, Query(description="Counted from this day on, with `figure`.")] = None,
    until: Annotated[date | None, Query(description="Counted up to this day, with `figure`.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> OrdersPage:
    """Orders of the caller's sites, newest first. What is reported during a walk is not part of it."""
    filters = Filters(site, tuple(status or ()), category, party, colour, holder, supervised, space)
    counted = Counted(figure=figure, figure_party=figure_party, since=since, until=until)
    if counted.figure and visit.caller.sites_where(Permission.SEE_FIGURES):
        filters = counted.within(filters)
    return orders_page(
        visit.shop,
        visit.caller,
        filters,
        Part(limit, cursor),
        cursors=visit.cursors,
        language=visit.language,
    )


@router.get(
    "/{code}",
    summary="工单 One order",
    operation_id="get_order",
    responses={
        200: {
            "description": "The order as the caller may see it.",
            "content": {"application/json": {"example": examples.ORDER}},
        },
        **declared(404, 422),
    },
)
def get_order(visit: OneVisit, code: CodePath) -> OrderView:
    """Each assignment with its state, clock and open deadlines, and why each is due when it is."""
    return order_view(visit.shop, visit.caller, look_up(visit, code), visit.language)


@router.get(
    "/{code}/events", summary="办理记录 Its ledger", operation_id="list_events", responses=declared(404, 422)
)
def list_events(visit: OneVisit, code: CodePath, limit: Limit = 100, cursor: Cursor = None) -> EventsPage:
    """All that happened, oldest first, hash-chained; no event holds free text, `words` lie beside."""
    return events_page(
        visit.shop,
        visit.caller,
        look_up(visit, code),
        Part(limit, cursor),
        cursors=visit.cursors,
        language=visit.language,
    )


@router.get(
    "/{code}/notices", summary="通知 Who was told", operation_id="list_notices", responses=declared(404, 422)
)
def list_notices(visit: OneVisit, code: CodePath) -> NoticesView:
    """Every notice with its deliveries: to whom, over what, and whether it arrived."""
    return notices_view(visit.shop, visit.caller, look_up(visit, code), visit.language)
