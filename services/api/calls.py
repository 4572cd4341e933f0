"""电话已告知: the word of a person who telephoned."""

from typing import Annotated

from fastapi import APIRouter, Query

from models.domain.orders.refusals import NotYours
from services.actions.bodies import Code
from services.api.carrying import found_of, look_up
from services.api.problems import Declined, UnknownParty, declared
from services.api.visit import CodePath, OneErrand, PartyPath
from services.notify.phone_calls import MAY, said
from services.store.transactions import transaction
from services.views.language import say
from services.views.models import NoticesView
from services.views.notices import notices_view

router = APIRouter(prefix="/orders/{code}/calls", tags=["orders"])

_LABEL = ("电话已告知", "told by telephone")
_NAMES = (("经办人", "a handler"), ("负责人", "a lead"))


@router.post(
    "/{party}/told",
    summary="电话已告知 Told by telephone",
    operation_id="told",
    responses=declared(403, 404, 409, 413, 415, 422),
)
def told(
    errand: OneErrand,
    code: CodePath,
    party: PartyPath,
    member: Annotated[Code | None, Query(description="Only this person was told.")] = None,
) -> NoticesView:
    """A handler or lead says that the party's waiting calls about the order were made; who and when is kept.

    Said again it changes nothing.
    """
    visit = errand.visit
    key = look_up(visit, code)
    found = found_of(visit, key)
    if visit.caller.actor.role not in MAY:
        names = {str(role): say(words, visit.language) for role, words in zip(MAY, _NAMES, strict=True)}
        raise Declined(NotYours("told", names), say(_LABEL, visit.language), names)
    if party not in found.context.site.parties:
        raise UnknownParty(party)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        said(sql, key, party, visit.caller.actor, member=member)
    return notices_view(visit.shop, visit.caller, key, visit.language)
