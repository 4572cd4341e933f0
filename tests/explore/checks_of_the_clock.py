"""What holds for steps, outcomes and notices of every transition; each function yields what it saw broken."""

from collections.abc import Iterator

from models.domain.orders import events as e
from models.domain.orders.commands import FireDue
from models.domain.orders.ladder import ALARMS
from models.domain.words import DeadlineKind, OrderStatus, Severity
from tests.explore.change import Change, ChangeCheck

_ENDS_ALL = frozenset(
    {OrderStatus.CLOSED, OrderStatus.CANCELLED, OrderStatus.FALSE_ALARM, OrderStatus.MERGED},
)


def ladder_no_step_after_the_end(change: Change) -> Iterator[str]:
    """Nor while it is paused, nor on an order that has ended (but for the callback)."""
    for one, order in change.of(e.StepReached):
        clock = order.deadlines.get(str(one.id))
        if clock is None or clock.paused:
            yield f"{one.rung} of the {one.kind} of {one.party}, which does not run"
        if order.status in _ENDS_ALL and one.kind != DeadlineKind.CALLBACK:
            yield f"{one.rung} of the {one.kind} of {one.party} on an order that is {order.status}"


def ladder_each_rung_once(change: Change) -> Iterator[str]:
    for one, order in change.of(e.StepReached):
        clock = order.deadlines.get(str(one.id))
        if clock is None:
            continue
        again = one.rung in clock.reached
        if one.occurrence <= clock.repeats if again else one.occurrence != clock.turn:
            yield f"{one.rung} of the {one.kind} of {one.party} came a second time"


def ladder_no_step_early(change: Change) -> Iterator[str]:
    for one, order in change.of(e.StepReached):
        clock = order.deadlines.get(str(one.id))
        if one.due_at >= change.now:
            yield f"{one.rung} of the {one.kind} of {one.party} fired before it was due"
        if clock is not None and one.mark == "red" and one.due_at != clock.due_at:
            yield f"{one.party} is red at another instant than its {one.kind} is due"


def ladder_alarms_go_off_in_time(change: Change) -> Iterator[str]:
    """The end of a hold, or of the time for objection: at its instant, not before."""
    for one, order in change.of(e.DeadlineEnded):
        clock = order.deadlines[str(one.id)]
        if one.outcome == "passed" and (clock.kind not in ALARMS or clock.due_at >= change.now):
            yield f"the {clock.kind} of {clock.party} passed before its time"


def ladder_nothing_due_is_left(change: Change) -> Iterator[str]:
    """A limit that was shortened may have a step behind it; the lane takes it next."""
    for one in change.after.deadlines.values() if isinstance(change.command, FireDue) else ():
        if one.next is not None and one.next.at < change.now:
            yield f"{one.next.rung} of the {one.kind} of {one.party} fell due and was left"


def ladder_after_a_downtime_only_the_highest_is_told(change: Change) -> Iterator[str]:
    for one, _ in change.of(e.StepReached):
        another_due = one.next is not None and one.next.at < change.now
        if one.skipped != another_due or (one.skipped and one.told):
            yield f"{one.rung} of the {one.kind} of {one.party}: skipped {one.skipped}, told {one.told}"


def ladder_a_handler_on_time_has_few_messages(change: Change) -> Iterator[str]:
    for one, order in change.of(e.StepReached):
        had = order.messages.get(one.party, ())
        if any(clock.late for clock in order.open_deadlines(party=one.party)):
            continue
        many = len(had) >= change.context.playbook.notice_budget and change.now not in had
        if f"{one.party}:handler" in one.told and many and order.severity is not Severity.DANGER:
            yield f"{one.party} had {len(had)} messages, and {one.rung} is one more"


def outcomes_are_what_the_clock_says(change: Change) -> Iterator[str]:
    """Done at exactly the due instant is on time."""
    for one, order in change.of(e.DeadlineEnded):
        clock = order.deadlines[str(one.id)]
        late = change.at(one) > clock.due_at
        if clock.left is not None and not clock.dated:
            late = clock.left < 0
        if (one.outcome == "met" and late) or (one.outcome == "late" and not late):
            yield f"the {clock.kind} of {clock.party} counts as {one.outcome}"


def notices_go_to_somebody(change: Change) -> Iterator[str]:
    site = change.context.site
    for one in change.notices:
        if one.party not in site.parties or not one.role or not one.why or one.send_at < change.now:
            yield f"a notice to {one.party!r} as {one.role!r} about {one.why}"
    for step, _ in change.of(e.StepReached):
        if any(to.split(":")[0] not in site.parties for to in step.told):
            yield f"{step.rung} tells {step.told}"


def notices_one_each(change: Change) -> Iterator[str]:
    """One notice per recipient and instant."""
    to = [(one.party, one.role) for one in change.notices]
    if len(set(to)) != len(to):
        yield f"notices to {to}"


CLOCK_CHECKS: tuple[ChangeCheck, ...] = (
    ladder_no_step_after_the_end,
    ladder_each_rung_once,
    ladder_no_step_early,
    ladder_alarms_go_off_in_time,
    ladder_nothing_due_is_left,
    ladder_after_a_downtime_only_the_highest_is_told,
    ladder_a_handler_on_time_has_few_messages,
    outcomes_are_what_the_clock_says,
    notices_go_to_somebody,
    notices_one_each,
)
