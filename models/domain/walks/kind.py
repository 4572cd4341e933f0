"""The walk as a kind of stream."""

from collections.abc import Iterator
from datetime import datetime

from models.domain.kinds import Columns
from models.domain.matter import Event, MatterKind, ordinary
from models.domain.orders.rules import Context
from models.domain.streams import DesiredNotice
from models.domain.walks.decide import HANDLERS
from models.domain.walks.events import WalkFinished
from models.domain.walks.evolve import FOLDS
from models.domain.walks.state import Walk, WalkStatus
from models.domain.words import Severity

RECTIFICATION = "rectification"
"""Why the parties of a walk are told, once for all its findings."""


def _columns(state: Walk, _context: Context) -> Columns:
    danger = any(one.severity is Severity.DANGER for one in state.findings.values())
    parties = {state.party, *state.answered_by.values()}
    return Columns(
        status=state.status,
        severity=Severity.DANGER if danger else Severity.ORDINARY,
        origin=state.origin,
        parties=tuple(sorted(parties)),
        holders=(state.party,) if state.status is WalkStatus.WALKING else (),
        reported_at=state.begun_at,
        closed_at=state.finished_at,
    )


def _told(event: Event, _state: Walk, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    """One notice a party and role, however many findings."""
    if isinstance(event, WalkFinished):
        for recipient in event.told:
            party, role = recipient.split(":", 1)
            yield ordinary(party, role, RECTIFICATION, context, at)


WALK = MatterKind("walk", Walk, HANDLERS, FOLDS, columns_of=_columns, told=_told)
"""No time of a walk runs: the deadlines are those of its orders."""
