"""A city's cases for a backtest: reported, due, done; with a site that stands in files alone."""

from collections.abc import Iterable
from datetime import UTC, datetime

from models.domain.backtest.history import Case, Step
from models.domain.directory import Directory
from models.domain.orders import commands as c
from models.domain.playbook.site_model import SiteSpec
from models.domain.streams import TextRef
from models.domain.words import DeadlineKind
from services.replay.municipal.cases import IMPORTER, NOBODY_KNOWN
from services.replay.municipal.rows import Row
from services.store.sites import calendar_of

_NO_TEXT = TextRef("0" * 32, "0" * 64)


def case_of_row(row: Row) -> Case:
    """A city's case: it was reported, due, done. It tells of nothing but its fix."""
    report = c.Report(row.space, _NO_TEXT, NOBODY_KNOWN, category=row.category)
    steps: list[tuple[datetime, c.Command]] = []
    if row.target is not None:
        steps.append((row.opened, c.SetLimit(row.party, DeadlineKind.FIX, row.target)))
    if row.closed is not None:
        steps += [(row.closed, c.Done(row.party)), (row.closed, c.Verify(row.party))]
    return Case(
        name=row.id,
        at=row.opened,
        report=report,
        actor=IMPORTER,
        steps=tuple(Step(f"{row.party}/1", at - row.opened, command, IMPORTER, at) for at, command in steps),
        parties=frozenset({row.party}),
        measured=frozenset({DeadlineKind.FIX}),
    )


def directory_of(spec: SiteSpec) -> Directory:
    """A site that stands in files alone."""
    return spec.directory({one.code: calendar_of(one, spec.zone) for one in spec.calendars}, 1)


def end_of(rows: Iterable[Row]) -> datetime:
    """The last instant that a file tells of."""
    instants = (each for row in rows for each in (row.opened, row.target, row.closed) if each is not None)
    return max(instants, default=datetime.now(UTC))
