"""What the events of a stream say should have fired and should be told, taken down while they are folded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.domain.codec import instant
from models.domain.streams import DesiredNotice, StreamKey
from services.audit.folding import Folded, Stored, fold
from services.execute import KINDS, Shop
from services.store.contexts import SiteClock, Sql

Step = tuple[int, str, int]
"""A step of a ladder: the deadline's id, the rung, how many times it was reached before."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that was reached, by which event and under which rules."""

    seq: int
    kind: str
    party: str
    due_at: datetime
    fired_at: datetime
    skipped: bool
    playbook: str
    playbook_version: int
    calendar_version: int

    def __str__(self) -> str:
        told = f"{self.kind} of {self.party}, due {instant(self.due_at)}, fired {instant(self.fired_at)}"
        rules = f"{self.playbook} {self.playbook_version}, calendar {self.calendar_version}"
        return f"{told} by event {self.seq}, {rules}{', skipped' if self.skipped else ''}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notice that the event `seq` calls for."""

    seq: int
    at: datetime
    notice: DesiredNotice


@dataclass(slots=True)
class Derived:
    """A stream's fold, the steps that fired, and the notices that its events call for."""

    folded: Folded
    fired: dict[Step, Fired] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)


def derive(
    shop: Shop, sql: Sql, streams: Sequence[Stored], sites: Mapping[int, SiteClock]
) -> dict[StreamKey, Derived]:
    """Fold streams, taking down what each event asks for.

    Whom a notice is for depends on what the site's parties were when the event happened; the version of the
    calendars has a say only in when a notice is sent, and that is not derived again.
    """
    fired: dict[StreamKey, dict[Step, Fired]] = {one.key: {} for one in streams}
    wanted: dict[StreamKey, list[Wanted]] = {one.key: [] for one in streams}
    kinds = {one.key: KINDS[one.kind] for one in streams}

    def visit(key: StreamKey, folded: Folded, event: Any, at: datetime) -> None:  # noqa: ANN401 - of any kind
        if type(event).__name__ == "StepReached":
            step = (event.id, event.rung, event.occurrence)
            fired[key][step] = Fired(
                *(folded.seq, event.kind, event.party, event.due_at, at, event.skipped),
                *(event.playbook, event.playbook_version, event.calendar_version),
            )
        pinned = kinds[key].pinned(folded.state)
        context = shop.contexts.at(sql, sites[key.site_id], pinned, at)
        for notice in kinds[key].notices(event, folded.state, context, at):
            wanted[key].append(Wanted(folded.seq, at, notice))

    folds = fold(sql, streams, visit)
    return {one.key: Derived(folds[one.key], fired[one.key], wanted[one.key]) for one in streams}
