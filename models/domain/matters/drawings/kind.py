"""The drawing as a kind of stream."""

from collections.abc import Iterator
from datetime import datetime

from models.domain.directory import Capacity
from models.domain.kinds import Columns
from models.domain.matter import Event, MatterKind, ordinary
from models.domain.matters.drawings import events as e
from models.domain.matters.drawings.decide import HANDLERS
from models.domain.matters.drawings.evolve import FOLDS
from models.domain.matters.drawings.state import Drawing
from models.domain.orders.rules import Context
from models.domain.streams import DesiredNotice

HANDLER = "handler"
COMMENTED = "drawing_commented"


def _columns(state: Drawing, context: Context) -> Columns:
    waits = any(one.waits for one in state.comments.values())
    return Columns(
        status="published" if state.current else "withdrawn",
        space=state.space,
        parties=tuple(dict.fromkeys((state.party, *context.site.with_capacity(Capacity.COMMITTEE)))),
        holders=(state.party,) if waits else (),
        reported_at=state.published_at,
    )


def _told(event: Event, state: Drawing, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    """Whose drawing it is, of the first comment that waits: the others wait on the same page."""
    waiting = [one for one in state.comments.values() if one.waits]
    if isinstance(event, e.CommentGiven) and len(waiting) == 1:
        yield ordinary(state.party, HANDLER, COMMENTED, context, at)


DRAWING = MatterKind(
    "drawing",
    Drawing,
    HANDLERS,
    FOLDS,
    columns_of=_columns,
    told=_told,
    reasons=frozenset({COMMENTED}),
)
