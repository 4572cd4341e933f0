"""What is offered is taken, and what is not offered is refused: for everybody, in state after state.

A page draws a button for what the view offers (`allowed`), so a button that is not allowed is not shown.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from models.domain.orders import commands as c
from models.domain.orders.decide import decide
from models.domain.orders.refusals import BadValue, IllegalMove, Refused
from models.domain.personal import ContactPart
from models.domain.streams import Actor, Role
from models.domain.words import DeadlineKind, Origin, PhotoPurpose, RequestKind
from services.views.allowed import possible
from tests.unit.core.kit import RESIDENT, TEXT, VOLUNTEER, Case, context, photo, report, site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.views.allowed import Possible

PARTIES = tuple(site().parties)
PEOPLE = (
    *(Actor(Role.HANDLER, party, f"h:{party}") for party in PARTIES),
    *(Actor(role, party, f"{role}:{party}") for role in (Role.LEAD, Role.ARBITER) for party in PARTIES[:3]),
    *(Actor(Role.OBSERVER, party, f"o:{party}") for party in ("property", "street")),
    *(Actor(Role.MODERATOR, None, "m"), Actor(Role.ADMINISTRATOR, None, "a"), VOLUNTEER, RESIDENT),
    Actor(Role.RESIDENT, None, "somebody else"),
)
INPUT = (
    *("attach a photo", "until", "the date that was asked for has passed", "name ", "no limit for the fix"),
    *("the named party waits for you", "nobody is free to decide it", "it waits for"),
)
"""How a refusal begins that asks for something else to be sent, or to be done before."""
WALKS = {
    "leak": Origin.PRE_EXISTING,
    "mould": Origin.CONSTRUCTION,
    "loose_fixture": Origin.UNKNOWN,
    "question": Origin.UNKNOWN,
}
STEPS = 14


def commands(case: Case, party: str) -> Iterator[tuple[Possible, c.Command]]:
    """Every action on the order and on one party's assignment, with something sensible in it."""
    later, soon = case.now + timedelta(days=20), case.now + timedelta(hours=3)
    other = next(one for one in ("designer", "utility") if one != party)
    for name, command in {
        "triage": c.Triage("leak", Origin.PRE_EXISTING),
        "reclassify": c.Reclassify(TEXT, "dust"),
        "split": c.Split(2, TEXT),
        "merge": c.Merge(2, TEXT),
        "supervise": c.Supervise(TEXT),
        "false-alarm": c.FalseAlarm(TEXT),
        "cancel": c.Cancel(TEXT),
        "callback": c.Callback(resolved=True),
        "reopen": c.Reopen(TEXT),
        "outside-number": c.AddOutsideNumber("12345", f"{case.now}"),
        "note": c.Note(TEXT),
        "photo": photo(None, PhotoPurpose.ORIGIN),
        "publish": c.Publish(TEXT),
        "reveal": c.Reveal((ContactPart.PHONE,), TEXT),
    }.items():
        yield (name, None), command
    kinds = {"return": RequestKind.RETURN, "hold": RequestKind.HOLD}
    kinds |= {"extend": RequestKind.EXTEND, "wait": RequestKind.WAIT}
    for name, kind in kinds.items():
        reason = "material" if name == "hold" else "in_words"
        nominee = other if name in {"return", "wait"} else None
        until = None if name == "return" else later if name == "extend" else soon
        yield (name, party), c.MakeRequest(party, kind, reason, TEXT, nominee, until)
    for name, command in {
        "acknowledge": c.Acknowledge(party),
        "contact": c.Contact(party),
        "arrive": c.Arrive(party),
        "make-safe": c.MakeSafe(party),
        "start": c.Start(party),
        "appoint": c.Appoint(party, soon),
        "key": c.NameKeyHolder(party, TEXT),
        "transfer": c.Transfer(party, f"{party}-{len(case.history)}"),
        "craftsman": c.NameCraftsman(party, TEXT),
        "own-number": c.AddOwnNumber(party, "own", str(len(case.history))),
        "propose-plan": c.ProposePlan(party, TEXT, later),
        "agree-plan": c.AgreePlan(party),
        "done": c.Done(party),
        "verify": c.Verify(party),
        "reject": c.Reject(party, TEXT),
        "decide": c.Decide(party, granted=True),
        "reassign": c.Reassign(party, other, TEXT),
        "withdraw": c.Withdraw(party, TEXT),
        "release": c.Release(party, TEXT),
        "accept-time": c.AcceptClaimedTime(party),
        "set-limit": c.SetLimit(party, DeadlineKind.FIX, later, TEXT),
        "explain": c.Explain(party, TEXT),
        "name-party": c.NameParty(party),
    }.items():
        yield (name, party), command


def refused(case: Case, command: c.Command, actor: Actor) -> Refused | None:
    try:
        decide(case.it, command, case.rules, now=case.now, actor=actor)
    except Refused as refusal:
        return refusal
    return None


def is_input(refusal: Refused | None) -> bool:
    return isinstance(refusal, BadValue) or (
        isinstance(refusal, IllegalMove) and refusal.why.startswith(INPUT)
    )


def look(case: Case, wrong: list[str]) -> list[tuple[Possible, c.Command, Actor]]:
    """Everybody tries everything in this state; what was offered and is taken."""
    good = []
    for actor in PEOPLE:
        offered = set(possible(case.it, actor, context()))
        tried = {
            name: (command, refused(case, command, actor))
            for party in case.it.assignments or ("property",)
            for name, command in commands(case, party)
        }
        for name, (_, refusal) in tried.items():
            if (name in offered) != (refusal is None) and not is_input(refusal):
                said = f"offered: {refusal}" if name in offered else "not offered, and taken"
                wrong.append(f"{case.it.status} {actor.role} {actor.party} {name}: {said}")
        good += [
            (name, command, actor) for name, (command, no) in tried.items() if name in offered and no is None
        ]
    return good


@pytest.mark.parametrize("category", WALKS)
def test_what_is_offered_is_taken_and_nothing_else_is(category: str) -> None:
    dice, wrong, states = random.Random(category), list[str](), Counter[str]()
    case = report(category, origin=WALKS[category])
    for _ in range(STEPS):
        states[case.it.status] += 1
        good = look(case, wrong)
        steps = [one for one in good if one[0][0] not in {"cancel", "merge", "false-alarm", "split", "note"}]
        (_, _), command, actor = dice.choice(steps or good)
        case.do(command, actor)
        case.until(case.now + timedelta(minutes=dice.randrange(5, 200)))
    assert not wrong, "\n".join(wrong[:40])
    assert states.total() == STEPS
