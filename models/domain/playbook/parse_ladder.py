"""One rung of a playbook's ladder, read from its table."""

from typing import Final

from models.domain.business_time.limits import Limit
from models.domain.directory import Capacity
from models.domain.playbook import reader as r
from models.domain.playbook.model import COORDINATOR, DECIDER, HANDLER, PARTY_LEAD, Mark, Rung
from models.domain.words import Severity

_TOLD: Final = (HANDLER, PARTY_LEAD, COORDINATOR, DECIDER, *map(str, Capacity))

_capacity: Final = r.word(Capacity)


def rung(t: r.Table) -> Rung:
    """A rung. `share` is a part of the limit, `past` counts from the due instant, neither is that instant."""
    found = Rung(
        code=t.need("code", r.code),
        mark=t.need("mark", r.word(Mark)),
        to=t.need("to", r.distinct(r.known(_TOLD, "recipient"))),
        also=t.take("also", r.entries(_capacity, r.distinct(_capacity)), {}),
        percent=t.get("share", r.percent),
        past=_past(t),
        over=t.get("limits_over", r.span),
        under=t.get("limits_under", r.span),
        at_least=t.get("limits_from", r.span),
        repeat=t.get("repeat", r.limit),
    )
    if t.flawed:
        return found
    if not found.to:
        remedy = f"name who is told: {', '.join(_TOLD[:4])} or a capacity"
        t.refuse(("to",), f"the rung {found.code} tells nobody", remedy)
    if found.percent is not None and found.past:
        place = ("past",) if "past" in t else ("past_danger",)
        t.refuse(place, f"the rung {found.code} has a share and a past", "keep one of the two")
    return found


def _past(t: r.Table) -> dict[Severity, Limit]:
    """Both severities, so that whoever looks finds the same; at the due instant where one has none."""
    ordinary = t.get("past", r.limit)
    danger = t.take("past_danger", r.limit, ordinary)
    past = {Severity.ORDINARY: ordinary, Severity.DANGER: danger}
    return {severity: limit for severity, limit in past.items() if limit is not None}
