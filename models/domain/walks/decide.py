"""The decision: who may, in which state; then the command's events."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.matter import Asked, Command, Event
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.policy import WALKING
from models.domain.walks import commands as c
from models.domain.walks import events as e
from models.domain.walks.rules import asked, is_its_day, may_go_on, may_walk, told
from models.domain.walks.state import Finding, Walk, WalkStatus
from models.domain.words import Severity

S = WalkStatus
EMPTY = "nothing was noted yet"
OTHER_DAY = "a walk takes findings on the day it began; begin another"
CHANGED = "the walk changed meanwhile; look and send again"
OVER = "its notice was written"
GIVEN_UP = "it was given up; take it up first"
HAS_ORDER = "a danger was reported at once; cancel its order"


def _begun(_walk: None, command: c.BeginWalk, one: Asked) -> Iterator[Event]:
    if not may_walk(one.actor, one.context) or one.actor.party is None:
        raise NotYours("walk", sorted(WALKING))
    day = one.now.astimezone(ZoneInfo(one.context.site.zone)).date()
    yield e.WalkBegun(one.actor.party, command.origin, day, one.actor.person)


def _noted(walk: Walk, command: c.NoteFinding, one: Asked) -> Iterator[Event]:
    _only(walk, S.WALKING)
    if not is_its_day(walk, one.context, one.now):
        raise _illegal(walk, OTHER_DAY)
    if command.space not in one.context.site.spaces:
        raise BadValue("space", f"there is no space {command.space!r} here; see the site's spaces")
    hazard = one.context.playbook.hazards.get(command.hazard)
    if hazard is None:
        raise BadValue("hazard", f"there is no hazard {command.hazard!r}; choose from the list")
    if (command.order is None) == (command.severity is Severity.DANGER):
        raise BadValue("severity", "a danger, and nothing else, comes with its order")
    finding = Finding(
        id=walk.next_id,
        space=command.space,
        hazard=command.hazard,
        category=hazard.category,
        severity=command.severity,
        words=command.words,
        photos=command.photos,
        order=command.order,
    )
    yield e.FindingNoted(finding)


def _dropped(walk: Walk, command: c.DropFinding, _one: Asked) -> Iterator[Event]:
    _only(walk, S.WALKING)
    found = walk.findings.get(command.finding)
    if found is None:
        raise BadValue("finding", "there is no such finding")
    if found.order is not None:
        raise _illegal(walk, HAS_ORDER)
    yield e.FindingDropped(found.id)


def _abandoned(walk: Walk, _command: c.AbandonWalk, _one: Asked) -> Iterator[Event]:
    _only(walk, S.WALKING)
    yield e.WalkAbandoned()


def _taken_up(walk: Walk, _command: c.TakeUpWalk, one: Asked) -> Iterator[Event]:
    _only(walk, S.ABANDONED)
    if not is_its_day(walk, one.context, one.now):
        raise _illegal(walk, OTHER_DAY)
    yield e.WalkTakenUp()


def _finished(walk: Walk, command: c.FinishWalk, one: Asked) -> Iterator[Event]:
    """It may be finished on a later day too: what was found is not lost because nobody pressed the button."""
    _only(walk, S.WALKING)
    if not walk.findings:
        raise _illegal(walk, EMPTY)
    findings = walk.findings
    tells = told(findings.values(), walk.origin, one.context)
    if frozenset(command.orders) != walk.waiting or command.told != tells:
        raise _illegal(walk, CHANGED)
    parties = {key: asked(found, walk.origin, one.context) for key, found in findings.items()}
    named = {key: party for key, party in parties.items() if party is not None}
    yield e.WalkFinished(command.orders, named, tuple(sorted(tells)))


def _only(walk: Walk, status: WalkStatus) -> None:
    if walk.status is not status:
        why = {S.FINISHED: OVER, S.ABANDONED: GIVEN_UP, S.WALKING: "it is under way"}
        raise _illegal(walk, why[walk.status])


def _illegal(walk: Walk, why: str) -> IllegalMove:
    return IllegalMove("walk", why, state=walk.status, holders=(walk.party,), allowed=())


_Handler = Callable[[Walk, Any, Asked], Iterator[Event]]


def _own(handler: _Handler) -> _Handler:
    """Only the party that walks goes on with a walk."""

    def handle(walk: Walk, command: Command, one: Asked) -> Iterator[Event]:
        if not may_go_on(one.actor, walk, one.context):
            raise NotYours("walk", [walk.party])
        yield from handler(walk, command, one)

    return handle


HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.BeginWalk: _begun,
    c.NoteFinding: _own(_noted),
    c.DropFinding: _own(_dropped),
    c.AbandonWalk: _own(_abandoned),
    c.TakeUpWalk: _own(_taken_up),
    c.FinishWalk: _own(_finished),
}
