"""The decision: what falls due first, then the command against the life tables, then its handler."""

from dataclasses import dataclass
from datetime import datetime

from models.domain.orders import events as e
from models.domain.orders import ladder, rules
from models.domain.orders.commands import Command, FireDue, Report
from models.domain.orders.deadlines import end
from models.domain.orders.draft import Decided, Draft
from models.domain.orders.handlers import (
    HANDLERS,
    arranging,
    claiming,
    handles,
    meeting,
    overseeing,
    planning,
    publishing,
    reporting,
    requesting,
    reviewing,
    routing,
    telling,
    working,
)
from models.domain.orders.handlers.ending import go_on
from models.domain.orders.lives import check
from models.domain.orders.rules import Context
from models.domain.orders.state import Deadline, NextStep, Order
from models.domain.streams import SYSTEM, Actor, DesiredNotice
from models.domain.words import DeadlineKind, OrderStatus

PHASES = (
    arranging,
    claiming,
    meeting,
    overseeing,
    planning,
    publishing,
    reporting,
    requesting,
    reviewing,
    routing,
    telling,
    working,
)
"""Imported so that every command has its handler."""

_STORM = 10_000
"""No order reaches so many steps in one decision; more means a ladder that does not move on."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of the core: the order afterwards, what happened, what is to be told."""

    order: Order
    events: tuple[Decided, ...]
    notices: tuple[DesiredNotice, ...]


class NoSuchOrderError(LookupError):
    """The first command to an order has to be Report, and only the first."""


class OtherPlaybookError(ValueError):
    """An order is decided under the version that it pins (rule 10); load that one, by its digest."""


def decide(
    order: Order | None, command: Command, context: Context, *, now: datetime, actor: Actor
) -> Decision:
    """What `command` does at `now`, an instant in UTC.

    Whatever fell due strictly before `now` takes effect first, so that the ledger does not depend on which
    came first, the tap or the timer's lane; done at exactly the due instant is on time.

    Raises:
        Refused: NotYours, IllegalMove or BadValue; nothing has changed.
        NoSuchOrderError: the stream has no order yet, or has one and the command is Report.
        OtherPlaybookError: the context has another version of the rules than the order lives under.
    """
    if isinstance(command, Report) != (order is None):
        raise NoSuchOrderError
    if order is not None and order.pin is not None and order.pin.digest != context.playbook.digest:
        raise OtherPlaybookError(order.pin.digest, context.playbook.digest)
    draft = Draft(order, context, now)
    if order is not None:
        settle(draft)
        check(draft.order, command, actor, context)
    draft.actor = actor
    HANDLERS[type(command)](draft, command)
    return Decision(draft.order, tuple(draft.events), draft.notices())


@handles(FireDue)
def _fire_due(_draft: Draft, _command: FireDue) -> None:
    """What fell due has taken effect already, as before every command."""


def needs_routing(order: Order) -> bool:
    """Whether the route lane has to look at it."""
    return order.status in {OrderStatus.REPORTED, OrderStatus.REOPENED}


def settle(draft: Draft) -> None:
    """Let everything that fell due before the draft's instant take effect, in the order of due instants."""
    draft.actor = SYSTEM
    for _ in range(_STORM):
        due = [
            (one.next.at, one.id, one)
            for one in draft.order.deadlines.values()
            if one.next is not None and one.next.at < draft.now
        ]
        if not due:
            return
        deadline = min(due, key=lambda item: item[:2])[2]
        if deadline.kind in ladder.ALARMS:
            _take_effect(draft, deadline)
        elif deadline.next is not None:
            _reach(draft, deadline, deadline.next)
    raise RuntimeError("a ladder does not move on")


def _reach(draft: Draft, deadline: Deadline, step: NextStep) -> None:
    """Record one step; after a downtime a step whose successor is due too is recorded, but told to nobody."""
    order, context = draft.order, draft.context
    rung = next(one for one in ladder.rungs(deadline, context) if one.code == step.rung)
    following = ladder.step_after(step, deadline, order.severity, context)
    skipped = following is not None and following.at < draft.now
    told = () if skipped else ladder.told_by(rung, deadline, order, context, now=draft.now)
    draft.emit(
        e.StepReached(
            id=deadline.id,
            kind=str(deadline.kind),
            party=deadline.party,
            rung=rung.code,
            occurrence=step.occurrence,
            due_at=step.at,
            mark=str(rung.mark),
            skipped=skipped,
            told=told,
            next=following,
            playbook=context.playbook.code,
            playbook_version=context.playbook.version,
            calendar_version=deadline.calendar_version,
        )
    )


def _take_effect(draft: Draft, alarm: Deadline) -> None:
    """The end of a hold, of the time for objection, or of waiting for a danger to be confirmed.

    What ends by itself ends at its instant, however late it is noticed. Whom to call after an unconfirmed
    danger is the router's business.
    """
    if alarm.kind is DeadlineKind.CONFIRM:
        end(draft, [alarm], "passed")
        draft.emit(e.DangerConfirmed())
        return
    with draft.as_of(alarm.due_at):
        end(draft, [alarm], "passed")
        if alarm.kind is DeadlineKind.HOLD_END:
            over = "wait_over" if draft.order.assignments[alarm.party].waits_for else "hold_over"
            go_on(draft, alarm.party, over)
        elif rules.ends_on_help(draft.order, draft.context):
            reviewing.helped(draft, None)
