"""Whom to call back: masked for who has to call, in full once it is on record who looked, and why."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from models.domain.orders.commands import Reveal
from models.domain.orders.lives import MOVES, allowed, who_may
from models.domain.orders.refusals import NotYours
from models.domain.personal import ContactPart
from services import desk
from services.actions import bodies as b
from services.api.carrying import found_of, look_up, raise_refusal
from services.api.problems import declared
from services.api.visit import CodePath, OneErrand, OneVisit, Visit
from services.execute import Answer
from services.privacy.revealing import reveal
from services.store.contacts import Contact, masked_contact
from services.store.transactions import transaction
from services.views.found import Found

REVEAL = "reveal"
router = APIRouter(prefix="/orders/{code}", tags=["orders"])


class RevealBody(b.ReasonBody):
    """What is needed, and why: both stand in the order's history."""

    what: list[ContactPart] = Field(default=[ContactPart.PHONE], min_length=1, max_length=2)


class ContactView(BaseModel):
    """What the reporter left; what was not asked for, or not left, is null."""

    name: str | None = Field(examples=["王**"])
    phone: str | None = Field(examples=["138****5678"])


def _view(one: Contact) -> ContactView:
    return ContactView(name=one.name, phone=one.phone)


def _must_call(visit: Visit, found: Found) -> None:
    """Raise Declined unless the policy lets the caller look at it in full as well."""
    order, context = found.order, found.context
    if (REVEAL, None) not in allowed(order, visit.caller.at(found.key.site_id), context):
        refusal = NotYours(REVEAL, who_may(MOVES[Reveal], order, None, context))
        raise_refusal(visit, found.key, Answer({}, refused=refusal), desk.Wish(REVEAL, None))


@router.get(
    "/contact",
    summary="联系方式（遮掩） Whom to call, masked",
    operation_id="get_contact",
    responses=declared(403, 404, 422),
)
def get_contact(visit: OneVisit, code: CodePath) -> ContactView:
    """For whoever has to call the reporter, never for the contractor; null is what is not there."""
    key = look_up(visit, code)
    _must_call(visit, found_of(visit, key))
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        return _view(masked_contact(sql, key) or Contact())


@router.post(
    f"/{REVEAL}",
    summary="查看联系方式 Look at it in full",
    operation_id="reveal_contact",
    responses=declared(403, 404, 409, 413, 415, 422),
)
def reveal_contact(
    errand: OneErrand,
    code: CodePath,
    body: Annotated[RevealBody, Body(examples=[{"what": ["phone"], "reason": "上门前约时间"}])],
) -> ContactView:
    """Who looked, at what and why is an event of the order first; the reporter sees it too."""
    visit = errand.visit
    key = look_up(visit, code)
    ticket = errand.ticket(key.site_id, body.model_dump_json().encode(), 200)
    answer, found = reveal(visit.shop, visit.caller, key, (body.what, body.reason), ticket)
    raise_refusal(visit, key, answer, desk.Wish(REVEAL, body))
    return _view(found)
