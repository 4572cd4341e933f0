"""Carrying wishes out: to the desk, and the order's view back, or the problem."""

from collections.abc import Sequence

from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.policy import By, Permission
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import MergeBody
from services.api.problems import Declined, UnknownParty
from services.api.visit import Errand, Visit
from services.execute import Answer, UnknownStream
from services.store.transactions import transaction
from services.views.allowed import possible, spelled
from services.views.found import Found, find
from services.views.language import party_name
from services.views.models import OrderView
from services.views.order import action_label, order_view
from services.views.refusing import in_chinese
from services.views.seen import shows_parties


def look_up(visit: Visit, code: str) -> StreamKey:
    """The stream of a code, if the caller may see it.

    Raises:
        UnknownStream: there is none, or the caller may not see it.
    """
    key = desk.key_of(visit.caller, code)
    if not visit.caller.may(Permission.SEE_ORDERS, key.site_id):
        found_of(visit, key)
    return key


def found_of(visit: Visit, key: StreamKey) -> Found:
    """The order as it lies there. Raises UnknownStream."""
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        return find(visit.shop, sql, visit.caller, key, visit.language)


def act(errand: Errand, code: str, wish: desk.Wish, *, fields_in: str = "") -> OrderView:
    """Do what is wished on an order; `fields_in` is where in the body the fields of a report stand."""
    visit = errand.visit
    key = look_up(visit, code)
    if isinstance(wish.body, MergeBody):
        _must_see(visit, wish.body.into)
    body = wish.body.model_dump_json().encode()
    extras = desk.Extras(errand.ticket(key.site_id, body, 200))
    answer = desk.act(visit.shop, visit.caller, key, wish, extras)
    raise_refusal(visit, key, answer, wish, fields_in=fields_in)
    return order_view(visit.shop, visit.caller, key, visit.language)


def _must_see(visit: Visit, into: str) -> None:
    """An order that is named in a body is a field of it: one that there is not is a wrong value."""
    try:
        found_of(visit, desk.key_of(visit.caller, into))
    except UnknownStream:
        raise BadValue("into", "there is no such order, or you may not see it") from None


def raise_refusal(
    visit: Visit, key: StreamKey, answer: Answer, wish: desk.Wish, *, fields_in: str = ""
) -> None:
    """Raise why nothing happened, with the names of those whom it speaks of.

    Raises:
        UnknownParty: there is no such party at the site.
        Declined: it is somebody else's, or not possible now.
    """
    refusal = answer.refused
    if refusal is None:
        return
    if isinstance(refusal, BadValue) and fields_in:
        raise BadValue(f"{fields_in}.{refusal.field}", refusal.message)
    if isinstance(refusal, NotYours | IllegalMove):
        raise _declined(visit, key, refusal, wish)
    raise refusal


def _declined(
    visit: Visit, key: StreamKey, refusal: NotYours | IllegalMove, wish: desk.Wish
) -> UnknownParty | Declined:
    """The refusal with the names of those whom it speaks of; who is no party at the site is unknown."""
    found = found_of(visit, key)
    site = found.context.site
    if wish.party is not None and wish.party not in site.parties:
        return UnknownParty(wish.party)
    told = _people(refusal.may) if isinstance(refusal, NotYours) else refusal.holders
    if not shows_parties(visit.caller.at(key.site_id), found):
        told = [_ASK]
    names = {code: party_name(code, site, visit.language) for code in told}
    label = action_label(wish.action, wish.party, visit.language)
    if isinstance(refusal, NotYours):
        return Declined(refusal, label, names)
    allowed = _allowed(visit, found, refusal)
    return Declined(refusal, label, names, why=in_chinese(refusal.why, site), allowed=allowed)


_ASK = "the parties of the order"
"""For whom the order's parties are not to see."""


def _people(may: Sequence[str]) -> Sequence[str]:
    """Whom one can turn to: an import may do many things, but helps nobody who asks."""
    return [one for one in may if one not in {By.IMPORTER, By.SYSTEM}] or may


def _allowed(visit: Visit, found: Found, refusal: IllegalMove) -> list[str]:
    """What the tables allow instead, without what would be refused in turn: as the order's view has it."""
    sensible = {
        f"{party}/{name}" if party else name
        for name, party in possible(found.order, visit.caller.at(found.key.site_id), found.context)
    }
    return [one for one in spelled(refusal.allowed) if one in sensible]
