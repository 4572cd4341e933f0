"""Driving a file through the real path: slice by slice of virtual time, by lanes, timers and notices.

In each slice orders are reported and routed, have their limits set, are done and verified, each at its own
instant; then the timers fire, each at its own instant too, and the notices are sent. Where nothing happens
the clock jumps on to the next command or timer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from services.execute import Unit
from services.replay.driver import Driver
from services.replay.municipal.cases import Case
from services.replay.municipal.rows import Refusal
from services.store.transactions import transaction

SLICE = timedelta(days=1)
BATCH = 400
"""Units of one transaction; more saves nothing, and what fails has to be repeated one by one."""

Progress = Callable[[int, int, datetime], None]
"""Told of commands done, of how many there are, and of the virtual time that is reached."""

log = structlog.get_logger("lianban.replay")


@dataclass(slots=True)
class Drive:
    """One file on its way through one site."""

    driver: Driver
    until: datetime
    progress: Progress
    refused: list[Refusal] = field(default_factory=list)
    """Cases that the engine did not take after all: a fault of the machine, not of the row."""
    failed: set[Case] = field(default_factory=set)
    commands: int = 0
    done: int = 0

    def run(self, cases: Sequence[Case]) -> None:
        """Tell all cases up to `until`."""
        limited = sum(one.row.target is not None for one in cases)
        closed = [one for one in cases if one.row.closed and one.row.closed <= self.until]
        self.commands = len(cases) + limited + len(closed)
        reports = _Queue(cases, lambda one: one.row.opened)
        endings = _Queue(closed, lambda one: one.row.closed or self.until)
        end = datetime.min.replace(tzinfo=UTC)
        while end < self.until:
            begin = self._next((reports.first, endings.first)) or self.until
            # What could not be worked off still waits; time goes on all the same.
            end = min(max(begin, end) + SLICE, self.until)
            self._open(reports.take(end), end)
            self._do(endings.take(end), Case.ended)
            self.driver.advance(end)
            self.progress(self.done, self.commands, end)

    def _open(self, cases: Sequence[Case], end: datetime) -> None:
        self._do(cases, Case.reported)
        self.driver.route(end)
        self._do([one for one in cases if one.row.target], Case.limited)

    def _do(self, cases: Sequence[Case], command: Callable[[Case], Unit | None]) -> None:
        alive = [one for one in cases if one not in self.failed]
        for place in range(0, len(alive), BATCH):
            batch = alive[place : place + BATCH]
            self._execute(batch, [unit for unit in map(command, batch) if unit is not None])
            self.done += len(batch)

    def _execute(self, cases: Sequence[Case], units: Sequence[Unit]) -> None:
        try:
            answers = self.driver.execute(units)
        except Exception as error:
            if len(cases) == 1:
                self._fail(cases[0], error)
                return
            log.exception("batch_failed", size=len(units))
            for one, unit in zip(cases, units, strict=True):
                self._execute([one], [unit])
            return
        for one, answer in zip(cases, answers, strict=True):
            if answer.refused is not None:
                self._fail(one, answer.refused)

    def _fail(self, case: Case, error: Exception) -> None:
        self.failed.add(case)
        self.refused.append(Refusal(case.row.line, f"{type(error).__name__}: {error}"))

    def _next(self, commands: Iterable[datetime | None]) -> datetime | None:
        """When something happens next: a command, a timer, a notice to be sent."""
        site = self.driver.site_id
        with transaction(self.driver.shop.engine, [site]) as sql:
            row = sql.execute(
                "SELECT least((SELECT min(fire_at) FROM timer WHERE site_id = %(site)s),"
                " (SELECT min(send_at) FROM notice WHERE site_id = %(site)s AND expanded_at IS NULL))",
                {"site": site},
            ).fetchone()
        waiting = [*commands, row[0] if row else None]
        return min((one for one in waiting if one is not None), default=None)


class _Queue:
    """Cases in the order of one of their instants."""

    def __init__(self, cases: Iterable[Case], instant: Callable[[Case], datetime]) -> None:
        self._instant = instant
        self._waiting = sorted(cases, key=lambda one: (instant(one), one.row.line), reverse=True)

    @property
    def first(self) -> datetime | None:
        """The next instant."""
        return self._instant(self._waiting[-1]) if self._waiting else None

    def take(self, until: datetime) -> list[Case]:
        """All up to the instant, that included."""
        taken = []
        while self._waiting and self._instant(self._waiting[-1]) <= until:
            taken.append(self._waiting.pop())
        return taken
