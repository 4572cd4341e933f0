"""Who accepts what, round by round: nobody accepts the own work, and the next round waits for the rework."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.domain.directory import Capacity
from models.domain.matter import Asked, Command, Event
from models.domain.matters.acceptances import commands as c
from models.domain.matters.acceptances import events as e
from models.domain.matters.acceptances.checklist import BY_CODE
from models.domain.matters.acceptances.state import (
    Acceptance,
    AcceptanceStatus,
    NewItem,
    Presence,
    Result,
    Signature,
)
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.policy import Permission, permits
from models.domain.streams import Actor, Role
from models.domain.words import Origin, Severity

S = AcceptanceStatus
HOSTS = (Capacity.COMMITTEE, Capacity.CLIENT, Capacity.ASSET_COMPANY)
"""Who invites to it and leads it."""
MOST_ITEMS = 400

UNDER_WAY = "the checklist stands since the first round began; note what is missing as an order"
CHANGED = "the checklist changed meanwhile; look and send again"
NOT_NOW = "the acceptance is at another step; look again"
UNCHECKED = "some items were not looked at yet"
NOT_VERIFIED = "its rework is not verified yet"
RESULTS_CHANGED = "the results changed meanwhile; look and send again"
SIGNED = "your party signed this round already"


def may_host(actor: Actor, context: Context) -> bool:
    """The committee's and the client's people."""
    hosts = any(context.site.has(actor.party, one) for one in HOSTS)
    return hosts and permits(actor.role, Permission.ACCEPT)


def may_see(actor: Actor, _state: object, _context: Context) -> bool:
    """Whoever sees the site at work, and volunteers."""
    return permits(actor.role, Permission.SEE_ACCEPTANCES)


def may_check(actor: Actor, state: Acceptance) -> bool:
    """Everybody who takes part, but for whoever did the work."""
    return permits(actor.role, Permission.CHECK) and actor.party != state.contractor


def may_sign(actor: Actor, state: Acceptance) -> bool:
    """Each party once a round, and each volunteer."""
    if not permits(actor.role, Permission.CHECK) or not state.finished or state.status is S.CHECKING:
        return False
    return not any(_is_own(one, actor) for one in state.signatures if one.round == state.finished)


def _is_own(one: Signature, actor: Actor) -> bool:
    if actor.party is not None:
        return one.party == actor.party
    return one.person == actor.person is not None


def _prepared(_none: None, command: c.PrepareAcceptance, one: Asked) -> Iterator[Event]:
    if not may_host(one.actor, one.context) or one.actor.party is None:
        raise NotYours("acceptance", _hosts(one.context))
    contractor = one.context.site.first_of((Capacity.CONTRACTOR,))
    if contractor is None:
        raise BadValue("contractor", "there is no contractor here whose work could be accepted")
    _check_items(command.items, one.context)
    yield e.AcceptancePrepared(one.actor.party, contractor, command.meets_at, command.items, one.actor.person)


def _hosts(context: Context) -> list[str]:
    parties = [party for one in HOSTS for party in context.site.with_capacity(one)]
    return list(dict.fromkeys(parties))


def _check_items(items: tuple[NewItem, ...], context: Context) -> None:
    if not 0 < len(items) <= MOST_ITEMS:
        raise BadValue("items", f"choose from 1 to {MOST_ITEMS} items")
    for one in items:
        if one.space not in context.site.spaces:
            raise BadValue("space", "there is no such space here")
        if one.category not in context.playbook.categories:
            raise BadValue("category", "the rules have no such category to send a rework out under")
        if not goes_to_contractor(one.category, one.space, context):
            raise BadValue("category", "a rework of this category would not go to the contractor")
        if one.words is None and one.check not in BY_CODE:
            raise BadValue("check", "there is no such line; say in words what is looked at")


def goes_to_contractor(category: str, space: str, context: Context) -> bool:
    """Whether trouble of this category that comes from the works is led by the contractor."""
    book = context.playbook
    if category not in book.categories:
        return False
    route = book.route_for(category, Origin.CONSTRUCTION, Severity.ORDINARY, space)
    return route is not None and route.lead is Capacity.CONTRACTOR


def _listed(state: Acceptance, command: c.ChangeChecklist, one: Asked) -> Iterator[Event]:
    if state.status is not S.PREPARED:
        raise _illegal(state, UNDER_WAY)
    if command.seen != state.version or not set(command.drop) <= set(state.items):
        raise _illegal(state, CHANGED)
    left = [item.what for key, item in state.items.items() if key not in command.drop]
    _check_items((*left, *command.add), one.context)
    yield e.ChecklistChanged(command.add, command.drop)


def _round_begun(state: Acceptance, command: c.BeginRound, _one: Asked) -> Iterator[Event]:
    if state.status not in {S.PREPARED, S.REWORKING}:
        raise _illegal(state, NOT_NOW)
    if command.unverified:
        raise _illegal(state, NOT_VERIFIED)
    yield e.RoundBegun(state.round + 1)


def _checked(state: Acceptance, command: c.CheckItem, one: Asked) -> Iterator[Event]:
    if not may_check(one.actor, state):
        raise NotYours("check", [party for party in one.context.site.parties if party != state.contractor])
    if state.status is not S.CHECKING:
        raise _illegal(state, NOT_NOW)
    if command.item not in state.to_check:
        raise BadValue("item", "it is not looked at in this round")
    if not command.passed and command.words is None and not command.photos:
        raise BadValue("words", "what failed needs a photo or a few words")
    actor = one.actor
    result = Result(
        *(state.round, command.passed, one.now, actor.party, actor.person),
        words=command.words,
        photos=command.photos,
    )
    yield e.ItemChecked(command.item, result)


def _finished(state: Acceptance, command: c.FinishRound, _one: Asked) -> Iterator[Event]:
    if state.status is not S.CHECKING:
        raise _illegal(state, NOT_NOW)
    if state.unchecked:
        raise _illegal(state, UNCHECKED)
    if set(command.orders) != set(state.rejected):
        raise _illegal(state, RESULTS_CHANGED)
    yield e.RoundFinished(command.orders)


def _signed(state: Acceptance, command: c.SignRound, one: Asked) -> Iterator[Event]:
    actor = one.actor
    if not permits(actor.role, Permission.CHECK):
        raise NotYours("sign", _hosts(one.context))
    if not state.finished or state.status in {S.CHECKING, S.CANCELLED}:
        raise _illegal(state, NOT_NOW)
    if command.name is not None:
        if not may_host(actor, one.context) or command.kind is Presence.PARTY:
            raise NotYours("sign", _hosts(one.context))
        yield e.RoundSigned(Signature(state.finished, command.kind, one.now, name=command.name))
        return
    if not may_sign(actor, state):
        raise _illegal(state, SIGNED)
    kind = Presence.VOLUNTEER if actor.role is Role.VOLUNTEER else Presence.PARTY
    yield e.RoundSigned(Signature(state.finished, kind, one.now, actor.party, actor.person))


def _cancelled(state: Acceptance, command: c.CancelAcceptance, _one: Asked) -> Iterator[Event]:
    if state.ended_at is not None:
        raise _illegal(state, NOT_NOW)
    yield e.AcceptanceCancelled(command.reason)


def _illegal(state: Acceptance, why: str) -> IllegalMove:
    return IllegalMove("acceptance", why, state=state.status, holders=(state.party,), allowed=())


_Handler = Callable[[Acceptance, Any, Asked], Iterator[Event]]


def _led(handler: _Handler) -> _Handler:
    """Only who may invite to it."""

    def handle(state: Acceptance, command: Command, one: Asked) -> Iterator[Event]:
        if not may_host(one.actor, one.context):
            raise NotYours("acceptance", _hosts(one.context))
        yield from handler(state, command, one)

    return handle


HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.PrepareAcceptance: _prepared,
    c.ChangeChecklist: _led(_listed),
    c.BeginRound: _led(_round_begun),
    c.CheckItem: _checked,
    c.FinishRound: _led(_finished),
    c.SignRound: _signed,
    c.CancelAcceptance: _led(_cancelled),
}
