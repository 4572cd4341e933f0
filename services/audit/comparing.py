"""Comparing what hangs on a stream with what its events call for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from models.domain.codec import instant
from models.domain.streams import StreamKey, Urgency
from services.audit.children import Children, Delivery, Notice
from services.audit.deriving import Derived, Fired, Step, Wanted
from services.audit.findings import Drift, DriftKind

WAITS = frozenset({"queued", "leased"})
"""States of a delivery that has not reached its end."""
WHY_NOT = frozenset({"nobody", "moot", "dropped"})
"""Outcomes of a notice that leads to no delivery."""
NOTHING = "–"


def compared(key: StreamKey, derived: Derived, stored: Children) -> Iterator[Drift]:
    """Where firings, notices, deliveries or the outbox differ from what the events say."""
    yield from _firings(key, derived.fired, stored.fired)
    yield from _notices(key, derived.wanted, stored.notices)
    yield from _deliveries(key, stored.notices, stored.deliveries)
    yield from _outbox(key, derived.folded.seq, stored.outbox)


def _firings(key: StreamKey, wanted: Mapping[Step, Fired], found: Mapping[Step, Fired]) -> Iterator[Drift]:
    for step in sorted({*wanted, *found}):
        what = f"firing {step[0]} {step[1]} {step[2]}"
        if wanted.get(step) != found.get(step):
            stored, derived = (str(one.get(step) or NOTHING) for one in (found, wanted))
            yield Drift(key, DriftKind.FIRING, what, stored, derived)
        elif found[step].fired_at <= found[step].due_at:
            yield Drift(key, DriftKind.FIRING, what, str(found[step]), "fires only once it is past")


def _notices(key: StreamKey, wanted: Sequence[Wanted], found: Sequence[Notice]) -> Iterator[Drift]:
    """By instant and recipient: commands of one instant are apart in the rows but not in the events."""
    desired = _by_recipient((one.at, one.notice.party, one.notice.role) for one in wanted)
    there = _by_recipient((one.created_at, one.party, one.role) for one in found)
    for recipient in sorted({*desired, *there}):
        at, party, role = recipient
        calls = [wanted[place] for place in desired.get(recipient, ())]
        rows = [found[place] for place in there.get(recipient, ())]
        fault = _fault(calls, rows)
        if fault is not None:
            yield Drift(key, DriftKind.NOTICE, f"notice to {party} {role} at {instant(at)}", *fault)


def _by_recipient(
    places: Iterator[tuple[datetime, str, str]],
) -> dict[tuple[datetime, str, str], list[int]]:
    found: dict[tuple[datetime, str, str], list[int]] = {}
    for place, recipient in enumerate(places):
        found.setdefault(recipient, []).append(place)
    return found


def _fault(calls: Sequence[Wanted], rows: Sequence[Notice]) -> tuple[str, str] | None:
    """What is stored and what is called for, where both differ.

    A reason that several events of one command give is told once; never more often than it was given.
    """
    given = Counter(why for one in calls for why in one.notice.why)
    told = Counter(why for row in rows for why in row.why)
    twice = len({row.seq for row in rows}) < len(rows)
    right = told.keys() == given.keys() and all(told[why] <= given[why] for why in told) and not twice
    if right and all(map(_is_in_time, rows)) and _urgencies(rows) == {str(c.notice.urgency) for c in calls}:
        return None
    stored = "; ".join(
        f"{', '.join(row.why)} ({row.urgency}, event {row.seq}, from {instant(row.send_at)} on)"
        for row in rows
    )
    called = "; ".join(f"{', '.join(c.notice.why)} ({c.notice.urgency}, event {c.seq})" for c in calls)
    return stored or NOTHING, called or NOTHING


def _urgencies(rows: Sequence[Notice]) -> set[str]:
    return {row.urgency for row in rows}


def _is_in_time(row: Notice) -> bool:
    """Danger never waits, and nothing is sent before it happened."""
    return row.send_at == row.created_at if row.urgency == Urgency.DANGER else row.send_at >= row.created_at


def _deliveries(key: StreamKey, notices: Sequence[Notice], found: Sequence[Delivery]) -> Iterator[Drift]:
    told = {number for one in found for number in one.notice_ids}
    for notice in notices:
        if notice.expanded_at is not None and notice.id not in told and notice.outcome not in WHY_NOT:
            what = f"notice {notice.id} to {notice.party} {notice.role}"
            yield Drift(
                key, DriftKind.DELIVERY, what, "was expanded, to no delivery", "a delivery, or why not"
            )
    known = {notice.id for notice in notices if notice.expanded_at is not None}
    for one in found:
        if not known.issuperset(one.notice_ids):
            strangers = ", ".join(str(number) for number in one.notice_ids if number not in known)
            yield Drift(
                key, DriftKind.DELIVERY, f"delivery {one.id}", f"tells notice {strangers}", "no such notice"
            )
        fault = _untrue(one)
        if fault is not None:
            yield Drift(key, DriftKind.DELIVERY, f"delivery {one.id}", *fault)


def _untrue(one: Delivery) -> tuple[str, str] | None:
    """What a delivery claims without a reason, and what it lacks."""
    if (one.state in WAITS) != (one.finished_at is None):
        end = instant(one.finished_at) if one.finished_at else "no end"
        return f"{one.state}, {end}", "a state and its end"
    if one.state in WAITS:
        return None
    if not one.on_record:
        return one.state, "a step of its record that says so"
    if (one.kind, one.state) == ("recorder", "accepted") and not one.arrived:
        return one.state, "the message on the phone"
    return None


def _outbox(key: StreamKey, last: int, found: Sequence[tuple[int, int]]) -> Iterator[Drift]:
    """Every event stands in exactly one row."""
    expected = 1
    for first, until in found:
        if first != expected:
            yield Drift(key, DriftKind.OUTBOX, f"outbox from {expected} on", f"next is {first}", "a row")
        expected = until + 1
    if expected != last + 1:
        yield Drift(key, DriftKind.OUTBOX, f"outbox from {expected} on", NOTHING, f"events up to {last}")
