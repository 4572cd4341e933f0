"""Coordination meetings of a story: `call`, `position`, `draft`, `sign`, `rule`, `cancel`."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.domain.words import Does, MeetingReason
from services.matters.meetings import acting
from services.matters.meetings.acting import Line, NewMeeting, NewMinutes
from services.replay.around.kit import Doing, Done, Step


def _call(step: Step) -> Done:
    said = step.words
    new = NewMeeting(
        order=step.keys[said["order"]],
        reason=MeetingReason(said["reason"]),
        meets_at=said["meets"],
        place=said["place"],
        invited=said.get("invited", ()),
        words=said.get("note"),
    )
    return Done(*acting.call(step.one, new))


def _position(step: Step) -> Done:
    return Done(step.begun, acting.state_position(step.one, step.begun, step.words["note"]))


def _draft(step: Step) -> Done:
    state = acting.found_meeting(step.one, step.begun).state
    said = step.words
    new = NewMinutes(state.drafts, _lines(said["lines"]), said.get("payer"), said.get("note"))
    return Done(step.begun, acting.draft(step.one, step.begun, new))


def _sign(step: Step) -> Done:
    state = acting.found_meeting(step.one, step.begun).state
    if state.minutes is None:
        raise LookupError("there are no minutes to sign")
    return Done(step.begun, acting.sign(step.one, step.begun, state.minutes.number))


def _rule(step: Step) -> Done:
    lines, reason = _lines(step.words["lines"]), step.words["note"]
    return Done(step.begun, acting.rule(step.one, step.begun, lines, reason))


def _cancel(step: Step) -> Done:
    return Done(step.begun, acting.cancel(step.one, step.begun))


def _lines(said: Iterable[Mapping[str, Any]]) -> list[Line]:
    return [Line(one["party"], Does(one["does"]), one.get("what"), one.get("by")) for one in said]


MEETINGS: Mapping[str, Doing] = {
    "call": _call,
    "position": _position,
    "draft": _draft,
    "sign": _sign,
    "rule": _rule,
    "cancel": _cancel,
}
