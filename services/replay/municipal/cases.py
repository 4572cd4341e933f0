"""A case: a row with its order, and the commands that tell its life."""

from dataclasses import dataclass
from datetime import datetime

from models.domain.orders import commands as c
from models.domain.orders.decide import decide
from models.domain.orders.refusals import Refused
from models.domain.orders.rules import Context
from models.domain.orders.state import Order, Reporter
from models.domain.streams import SYSTEM, Actor, Role, StreamKey, TextRef
from models.domain.words import DeadlineKind, ReporterKind
from services.execute import Envelope, Unit
from services.replay.municipal.rows import Row
from services.store.private import PrivateText, private_text

IMPORTER = Actor(Role.IMPORTER)
NOBODY_KNOWN = Reporter(ReporterKind.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Case:
    """A row and the order that it becomes."""

    row: Row
    key: StreamKey

    def reported(self) -> Unit:
        """It is reported, at the instant that the row names, with its words beside the ledger."""
        row = self.row
        text = private_text(row.text)
        title = private_text(row.title) if row.title else None
        command = _report(row, text.ref, title.ref if title else None)
        texts = (text, title) if title else (text,)
        return Unit((Envelope(self.key, command, IMPORTER, texts, row.opened),))

    def limited(self) -> Unit | None:
        """The target becomes the limit of the fix, from the report on; None where there is none."""
        command = _limit(self.row)
        return Unit((Envelope(self.key, command, IMPORTER, (), self.row.opened),)) if command else None

    def ended(self) -> Unit:
        """It is done and verified at the instant of closing, both by import."""
        row, texts = self.row, list[PrivateText]()
        if row.outcome:
            texts.append(private_text(row.outcome))
        done = c.Done(row.party, texts[0].ref if texts else None)
        return Unit(
            (
                Envelope(self.key, done, IMPORTER, tuple(texts), row.closed),
                Envelope(self.key, c.Verify(row.party), IMPORTER, (), row.closed),
            )
        )


def refused_by_core(row: Row, context: Context, until: datetime) -> str | None:
    """Why the core would refuse some command of the row, found by living it through without a trace.

    What is left to go wrong afterwards has nothing to do with the row, so that none half-lands.
    """
    ref = TextRef("0" * 32, "0" * 64)
    end = until if row.closed is None else row.closed
    try:
        order = _decided(None, _report(row, ref, ref), context, row.opened)
        order = _decided(order, c.RouteOrder(), context, row.opened, SYSTEM)
        limit = _limit(row)
        if limit is not None:
            order = _decided(order, limit, context, row.opened)
        order = _decided(order, c.FireDue(), context, end, SYSTEM)
        if row.closed is not None:
            order = _decided(order, c.Done(row.party, ref), context, end)
            _decided(order, c.Verify(row.party), context, end)
    except (Refused, LookupError, ValueError, OverflowError) as refusal:
        return f"the core refuses it: {str(refusal) or type(refusal).__name__}"
    return None


def _decided(
    order: Order | None, command: c.Command, context: Context, now: datetime, actor: Actor = IMPORTER
) -> Order:
    return decide(order, command, context, now=now, actor=actor).order


def _report(row: Row, text: TextRef, title: TextRef | None) -> c.Report:
    return c.Report(row.space, text, NOBODY_KNOWN, category=row.category, title=title)


def _limit(row: Row) -> c.SetLimit | None:
    return c.SetLimit(row.party, DeadlineKind.FIX, row.target) if row.target is not None else None
