"""What was due long ago and is still not done, told apart from work in flight and from a system at rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.streams import StreamKey
from services.audit.children import Children
from services.audit.comparing import WAITS
from services.audit.findings import Drift, DriftKind, short
from services.audit.projections import Rows
from services.store.contexts import SiteClock

PATIENCE = timedelta(minutes=5)
"""For what the engine does itself: more than a claim, its lease of a minute and the next claim take."""
SENDING_PATIENCE = timedelta(minutes=15)
"""For what strangers' machines do: several tries and channels fit in."""


@dataclass(frozen=True, slots=True)
class Awake:
    """From when to when the engine was at work, by the pulse's own account, without a break.

    While it is off nothing is late that it had no time for: after a night without power all is due at once,
    and a restored backup is as its own last night left it.
    """

    since: datetime
    until: datetime

    def was_missed(self, due_at: datetime, patience: timedelta) -> bool:
        """Whether it had all this time for it."""
        return self.until - max(self.since, due_at) > patience


def awake_at(site: SiteClock, awake: Awake | None) -> Awake | None:
    """The time that the lanes had at a site.

    A virtual clock waits for who turns it: nothing is late there. When it is frozen all of its time has been.
    """
    if site.clock == "live":
        return awake
    if site.clock == "frozen" and site.virtual_now is not None:
        return Awake(site.virtual_now - 2 * SENDING_PATIENCE, site.virtual_now)
    return None


def late(key: StreamKey, rows: Rows, children: Children, awake: Awake) -> Iterator[Drift]:
    """Timers, routing, notices and deliveries that nobody took for too long."""
    for what, due_at in _engine(key, rows, children):
        if awake.was_missed(due_at, PATIENCE):
            yield _drift(key, what, due_at)
    for one in children.deliveries:
        if one.state in WAITS and awake.was_missed(one.due_at, SENDING_PATIENCE):
            yield _drift(key, f"delivery {one.id}", one.due_at)


def _engine(key: StreamKey, rows: Rows, children: Children) -> Iterator[tuple[str, datetime]]:
    for timer in rows.timers.get(key, {}).values():
        yield f"timer {timer.deadline_id}", timer.fire_at
    if key in rows.waiting:
        yield "routing", rows.waiting[key]
    for notice in children.notices:
        if notice.expanded_at is None:
            yield f"notice {notice.id}", notice.send_at


def _drift(key: StreamKey, what: str, due_at: datetime) -> Drift:
    return Drift(key, DriftKind.LATE, what, f"waits since {short(due_at)}", "done")
