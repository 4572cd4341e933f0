"""The figures of `domain.md` for a site and a period, and whether the caller is sent the weekly report."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from models.domain.figures.periods import Span
from services.actions.bodies import Body, Code
from services.api.problems import declared
from services.api.visit import OneErrand, OneVisit, SitePath
from services.figures import subscribing
from services.figures.asking import Wish, figures
from services.figures.counting import Narrowed
from services.figures.views import FiguresView

router = APIRouter(prefix="/figures", tags=["figures"])


class SubscriptionBody(Body):
    """Whether the caller wants the weekly report."""

    wanted: bool


class SubscriptionView(BaseModel):
    """Whether the caller is sent the weekly report, and whether it has a channel for it."""

    wanted: bool
    reachable: bool


@router.get("/{site}", summary="指标 Figures", operation_id="get_figures", responses=declared(404, 422))
def get_figures(  # noqa: PLR0913, PLR0917 - one parameter a filter
    visit: OneVisit,
    site: SitePath,
    span: Annotated[Span, Query(description="How long the period is.")] = Span.MONTH,
    day: Annotated[
        date | None,
        Query(
            description="A day of the period; today where none is given.",
            ge=date(2000, 1, 1),
            lt=date(2099, 1, 1),
        ),
    ] = None,
    party: Annotated[Code | None, Query(description="Counted for it.")] = None,
    category: Code | None = None,
    space: Code | None = None,
) -> FiguresView:
    """With numerator and denominator; `orders` is the query of `GET /orders` that lists what was counted."""
    wish = Wish(span, day, Narrowed(party or "", category or "", space or ""))
    return figures(visit.shop, visit.caller, site, wish, visit.language)


@router.get(
    "/{site}/subscription",
    summary="是否订阅 Whether subscribed",
    operation_id="get_subscription",
    responses=declared(404, 422),
)
def get_subscription(visit: OneVisit, site: SitePath) -> SubscriptionView:
    """How it stands."""
    found = subscribing.wanted(visit.shop, visit.caller, site)
    return SubscriptionView(wanted=found.wanted, reachable=found.reachable)


@router.post(
    "/{site}/subscription",
    summary="订阅每周小结 Subscribe",
    operation_id="set_subscription",
    responses=declared(403, 404, 409, 413, 415, 422),
)
def set_subscription(errand: OneErrand, site: SitePath, body: SubscriptionBody) -> SubscriptionView:
    """The weekly report on the first working hour of each week; asking twice changes nothing."""
    visit = errand.visit
    subscribing.want(visit.shop, visit.caller, site, wants=body.wanted)
    return get_subscription(visit, site)
