"""What is answered to a report: the order as it was just taken down."""

from pydantic import BaseModel
from starlette.responses import Response

from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ReportBody
from services.api.carrying import raise_refusal
from services.api.visit import Visit
from services.execute import Answer, UnknownStream
from services.store.contexts import SiteClock
from services.store.private import cleaned
from services.store.transactions import transaction
from services.views.found import Found, may_see
from services.views.models import OrderView
from services.views.order import order_view, view_of_new

REPORT = "report"


def taken_down(visit: Visit, key: StreamKey, answer: Answer, body: ReportBody) -> OrderView:
    """The order's view; a new one is not read from the database again, since all of it is at hand.

    Raises what `raise_refusal` raises, and UnknownStream where the caller may not see what it reported.
    """
    raise_refusal(visit, key, answer, desk.Wish(REPORT, body))
    order = answer.states.get(key)
    if answer.site is None or not isinstance(order, Order) or order.deadlines:
        return order_view(visit.shop, visit.caller, key, visit.language)
    if not may_see(visit.caller.at(key.site_id), order):
        raise UnknownStream(key)
    texts = {order.description.id: cleaned(body.description)}
    if order.title is not None and body.title is not None:
        texts[order.title.id] = cleaned(body.title)
    found = Found(
        key=key,
        site=answer.site,
        order=order,
        context=_context(visit, answer.site),
        events=answer.seqs[key],
        coordinator=answer.site.coordinator,
        site_name=(visit.language == "en" and answer.site.name_en) or answer.site.name,
        now=order.reported_at,
        language=visit.language,
    )
    return view_of_new(found, texts, visit.caller.actor)


def written(model: BaseModel, status: int, told: Response) -> Response:
    """A model as the body of an answer with the headers that are told already.

    By hand for what is asked most: FastAPI would hop to another thread to check that a model is one.
    """
    body = model.__pydantic_serializer__.to_json(model)
    headers = {name: value for name, value in told.headers.items() if name != "content-length"}
    return Response(body, status, headers, media_type="application/json")


def _context(visit: Visit, site: SiteClock) -> Context:
    """What it was decided under, which this process therefore has."""
    kept = visit.shop.contexts.kept(site)
    if kept is not None:
        return kept
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        return visit.shop.contexts.of(sql, site)
