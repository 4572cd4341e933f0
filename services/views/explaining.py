"""Why an open deadline is due when it is: its limit and what happened to it since, told in sentences."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from models.domain.business_time.errors import BusinessTimeError
from models.domain.business_time.explain import Explanation, Moved, Pause, explain, text
from models.domain.business_time.limits import Limit
from models.domain.orders.state import Deadline
from models.domain.streams import StreamKey
from models.domain.words import DeadlineKind
from services.store.contexts import Sql
from services.views.found import Found
from services.views.language import Language

K = DeadlineKind
_BEGUN_BY: Mapping[DeadlineKind, str] = {
    K.TRIAGE: "reported",
    K.CONFIRM: "reported",
    K.MAKE_SAFE: "arrived",
    K.REVIEW: "done",
    K.OBJECTION: "done",
    K.DECIDE: "asked",
    K.REDO: "rejected",
    K.CALLBACK: "closed",
}

Changes = Mapping[int, list[dict[str, Any]]]
"""What was set and moved, by deadline, as the events have it, each with its instant `at`."""


def read_changes(sql: Sql, key: StreamKey) -> Changes:
    """What set and moved the stream's deadlines."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for (payload,) in sql.execute(
        "SELECT payload FROM event WHERE site_id = %s AND stream_id = %s"
        " AND type IN ('DeadlineSet', 'DeadlineMoved') ORDER BY seq",
        (key.site_id, key.stream_id),
    ):
        image = json.loads(payload)
        change = image["data"].get("deadline", image["data"])
        found[change["id"]].append(change | {"at": image["at"]})
    return found


def sentences(deadline: Deadline, changes: Iterable[Mapping[str, Any]], found: Found) -> list[str]:
    """The steps to the due instant; where the calendar has changed since, only the fact that stands."""
    steps = _steps(deadline, list(changes), found)
    if steps is None:
        steps = _fact(deadline, found)
    if deadline.kind is K.HOLD_END:
        steps = steps[1:]  # it begins with the decision, for which there are no words of a start
    return [_in_words(step, found.language) for step in steps]


def _steps(
    deadline: Deadline, changes: list[Mapping[str, Any]], found: Found
) -> tuple[Explanation, ...] | None:
    if not changes:
        return None
    first, *rest = changes
    limit = Limit.parse(first["limit"]) if first.get("limit") else None
    moves: list[Pause | Moved] = [*map(_moved, rest), *_pauses(deadline)]
    moves.sort(key=lambda one: one.at if isinstance(one, Moved) else one.paused_at)
    if limit is None or first.get("reason", "playbook") != "playbook":
        moves.insert(0, _moved(first))
    calendar = found.context.site.calendars.get(deadline.calendar)
    if calendar is None:
        return None
    try:
        steps = explain(
            calendar,
            deadline.started_at,
            limit,
            changes=moves,
            begun_by=_BEGUN_BY.get(deadline.kind, "dispatched"),
        )
    except BusinessTimeError:
        return None
    return steps if _ends_at(steps, deadline) else None


def _moved(change: Mapping[str, Any]) -> Moved:
    cause = change.get("reason", "by_hand")
    return Moved(datetime.fromisoformat(change["at"]), datetime.fromisoformat(change["due_at"]), cause)


def _pauses(deadline: Deadline) -> list[Pause]:
    """Instants of pausing and resuming alternate."""
    at = deadline.pauses
    return [Pause(at[i], at[i + 1] if i + 1 < len(at) else None) for i in range(0, len(at), 2)]


def _ends_at(steps: Iterable[Explanation], deadline: Deadline) -> bool:
    """Whether the telling comes to the due instant that is on record."""
    if deadline.paused:
        return True
    told = [step for step in steps if step.code == "due"]
    return bool(told) and datetime.fromisoformat(told[-1].params["at"]) == deadline.due_at


def _fact(deadline: Deadline, found: Found) -> tuple[Explanation, ...]:
    calendar = found.context.site.calendar_of(deadline.party)
    set_to = Moved(deadline.started_at, deadline.due_at, deadline.reason)
    return explain(calendar, deadline.started_at, None, changes=[set_to])[1:]


def _in_words(step: Explanation, language: Language) -> str:
    return text(step, language)
