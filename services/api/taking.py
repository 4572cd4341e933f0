"""Reports on their way in, and what is answered: the order as it was just taken down."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel
from starlette.responses import Response

from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ReportBody
from services.api.carrying import raise_refusal
from services.api.together import Together
from services.api.visit import Visit
from services.execute import Answer, Shop, UnknownStream
from services.store.contexts import SiteClock
from services.store.idempotency import Ticket
from services.store.private import cleaned
from services.store.transactions import transaction
from services.views.found import Found, may_see
from services.views.models import OrderView
from services.views.order import order_view, view_of_new

REPORT = "report"
MOST = 100
"""Reports that are taken down together: as many as a lane takes at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as it was read."""

    visit: Visit
    site: str
    body: ReportBody
    ticket: Ticket | None


Intake = Together[Asked, OrderView]


def intake(shop: Shop) -> Intake:
    """Where reports of one a request meet."""
    return Together(partial(_together, shop), most=MOST)


def take_down(shop: Shop, sites: Sequence[int], asked: Sequence[Asked]) -> list[OrderView | Exception]:
    """Take reports of callers who all see `sites` down in one transaction: the view of each, or why not."""
    wanted = [desk.Reporting(one.visit.caller, one.site, one.body, one.ticket) for one in asked]
    return [
        _told(one, answer) for one, answer in zip(asked, desk.report_many(shop, sites, wanted), strict=True)
    ]


def _together(shop: Shop, asked: Sequence[Asked]) -> list[OrderView | Exception]:
    """Those who see the same sites in one transaction; one that breaks costs the others nothing."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, one in enumerate(asked):
        groups.setdefault(tuple(one.visit.caller.site_ids), []).append(place)
    told: dict[int, OrderView | Exception] = {}
    for sites, places in groups.items():
        try:
            views = take_down(shop, sites, [asked[place] for place in places])
        except Exception as error:  # noqa: BLE001 - told to all of them
            views = [error] * len(places)
        told.update(zip(places, views, strict=True))
    return [told[place] for place in range(len(asked))]


def _told(one: Asked, answer: tuple[StreamKey, Answer] | Exception) -> OrderView | Exception:
    try:
        return answer if isinstance(answer, Exception) else taken_down(one.visit, *answer, one.body)
    except Exception as error:  # noqa: BLE001 - the table of problems knows what is whose mistake
        return error


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
    return view_of_new(found, texts, visit.caller.at(key.site_id))


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
