"""The one path of every change: lock, load, decide, append, write, commit, nudge.

A contractor's tap, the router and a timer that falls due all come through here as commands; one command and a
lane's batch are the same function.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import structlog
from sqlalchemy import Engine

from models.domain.kinds import StreamKind
from models.domain.matters import MATTERS
from models.domain.orders.decide import NoSuchOrderError
from models.domain.orders.kind import ORDER
from models.domain.orders.refusals import Refused
from models.domain.orders.rules import Context
from models.domain.streams import SYSTEM, Actor, StreamKey
from models.domain.walks.kind import WALK
from services import nudges
from services.store import streams
from services.store.contexts import Contexts, SiteClock, Sql, UnknownSite, ask_sites
from services.store.effects import take_effect
from services.store.idempotency import Kept, Ticket, ask_answers, remember
from services.store.private import PrivateText, erase_rows, write_texts
from services.store.sites import ask_numbers
from services.store.streams import Loaded
from services.store.transactions import transaction

TICK = timedelta(microseconds=1)
PART = 25
"""Units that are written together: enough to share the statements, few enough to share the time."""

log = structlog.get_logger("lianban.execute")

_KINDS: tuple[StreamKind, ...] = (ORDER, WALK, *MATTERS)
KINDS: Mapping[str, StreamKind] = {one.name: one for one in _KINDS}


@dataclass(frozen=True, slots=True)
class Tick:
    """Stands for the clock's command of whatever kind the stream is: a lane knows a timer, not its kind."""

    opens_stream: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command on its way to a stream. `now` is for virtual clocks; live sites use the database's time."""

    key: StreamKey
    command: Any
    actor: Actor
    texts: tuple[PrivateText, ...] = ()
    now: datetime | None = None
    kind: str = ORDER.name
    erased: tuple[str, ...] = ()
    """Ids of texts and photos beside the ledger that go with it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Commands that happen together or not at all; with a ticket, at most once."""

    envelopes: tuple[Envelope, ...]
    ticket: Ticket | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a unit.

    `states` are the streams' states afterwards, by key; `refused` is why nothing happened; `skipped` means
    that a stream was locked by somebody else (lanes only); `recalled` is the kept answer to a repeated
    ticket. `site` and `seqs` are the first stream's site and the numbers of the streams' last events.
    """

    states: Mapping[StreamKey, Any]
    refused: Exception | None = None
    skipped: bool = False
    recalled: Mapping[str, Any] | None = None
    site: SiteClock | None = None
    seqs: Mapping[StreamKey, int] = field(default_factory=dict)


class FrozenClock(RuntimeError):
    """The site's clock is frozen: it can be looked at, nothing happens there any more."""


class UnknownStream(LookupError):
    """There is no such stream, or the caller may not see it."""


@dataclass(slots=True)
class Shop:
    """The workshop of a process: its connections and what it keeps between transactions."""

    engine: Engine
    contexts: Contexts

    def execute(
        self, units: Sequence[Unit], *, sites: Sequence[int], skip_locked: bool = False
    ) -> list[Answer]:
        """Run units in one transaction and commit it; the answers are in the order of the units.

        A refused unit leaves no trace and does not touch the others. `sites` is what the caller may see.

        Raises:
            UnknownSite: a stream's site is not among the caller's.
            FrozenClock: the site's clock is frozen.
        """
        with transaction(self.engine, sites, pipelined=True) as sql:
            run = _Run(self, sql, skip_locked=skip_locked)
            answers = run.of(units)
            hints = run.hints()
        nudges.nudge(*hints)
        return answers

    def open_many(
        self,
        wanted: Mapping[int, int],
        units: Callable[[Mapping[int, Iterator[int]]], Sequence[Unit]],
        *,
        sites: Sequence[int],
    ) -> list[Answer]:
        """As `execute`, for units that open streams: `units` is given so many running numbers by site.

        They are taken in the same transaction, which costs a site's other reporters the wait for its commit,
        and each batch one transaction less.
        """
        with transaction(self.engine, sites, pipelined=True) as sql:
            asked = {site: ask_numbers(sql, site, wanted[site]) for site in sorted(wanted)}
            run = _Run(self, sql, skip_locked=False)
            answers = run.of(units({site: itertools.count(first()) for site, first in asked.items()}))
            hints = run.hints()
        nudges.nudge(*hints)
        return answers


_EXPECTED = (Refused, FrozenClock, UnknownStream, UnknownSite, NoSuchOrderError)
"""Any other LookupError is a mistake of ours: it refuses the unit too, but not silently."""


class _Run:
    """One transaction of `execute`."""

    def __init__(self, shop: Shop, sql: Sql, *, skip_locked: bool) -> None:
        self._shop, self._sql, self._skip = shop, sql, skip_locked
        self._sites: dict[int, SiteClock] = {}
        self._loaded: dict[StreamKey, Loaded] = {}
        self._changed: dict[StreamKey, Loaded] = {}
        """Those of `_loaded` that are still to be written."""
        self._kept: dict[str, Kept] = {}
        self._now: datetime | None = None
        self._texts: list[tuple[StreamKey, PrivateText]] = []
        self._gone: list[tuple[StreamKey, str]] = []
        self._tickets: list[tuple[Ticket, StreamKey]] = []

    def of(self, units: Sequence[Unit]) -> list[Answer]:
        self._ask(units)
        answers = []
        for part in _parts(units):
            answers += [self._unit(unit) for unit in part]
            self._write()
        return answers

    def _ask(self, units: Sequence[Unit]) -> None:
        """All that is read, in one round trip."""
        keys = sorted({one.key for unit in units for one in unit.envelopes})
        sites = ask_sites(self._sql, {key.site_id for key in keys})
        loaded = streams.lock(self._sql, keys, dict(KINDS), skip_locked=self._skip)
        kept = ask_answers(self._sql, (unit.ticket for unit in units if unit.ticket is not None))
        # Read after the locks are held: an event must not be older than the one that we waited for.
        now = self._sql.execute("SELECT statement_timestamp()")
        self._sites, self._loaded, self._kept = sites(), loaded(), kept()
        row = now.fetchone()
        self._now = row[0] if row else None

    def hints(self) -> set[str]:
        """The lanes that have work because of this transaction."""
        changed = [one for one in self._loaded.values() if one.fresh]
        waits = any(one.kind.waits_for_routing(one.state) for one in changed)
        tells = any(one.notices for one in changed)
        return ({"route"} if waits else set()) | ({"send"} if tells else set())

    def _unit(self, unit: Unit) -> Answer:
        known = self._recall(unit.ticket) if unit.ticket is not None else None
        if known is not None:
            return Answer({}, recalled=known)
        drafts: dict[StreamKey, Loaded] = {}
        texts: list[tuple[StreamKey, PrivateText]] = []
        try:
            for envelope in unit.envelopes:
                stream = drafts.get(envelope.key) or self._draft_of(envelope)
                if stream is None:
                    return Answer({}, skipped=True)
                self._decide(stream, envelope)
                drafts[envelope.key] = stream
                texts += [(envelope.key, one) for one in envelope.texts]
        except (Refused, LookupError, FrozenClock) as refusal:
            if not isinstance(refusal, _EXPECTED):
                log.exception("lookup_failed", stream=str(unit.envelopes[0].key))
            return Answer({}, refused=refusal)
        self._loaded.update(drafts)
        self._changed.update(drafts)
        self._texts += texts
        self._gone += [(one.key, row_id) for one in unit.envelopes for row_id in one.erased]
        if unit.ticket is not None:
            key = unit.envelopes[0].key
            self._kept[unit.ticket.scope] = Kept(unit.ticket.body_hash, {"stream_id": key.stream_id})
            self._tickets.append((unit.ticket, key))
        return Answer(
            {key: one.state for key, one in drafts.items()},
            site=self._sites[unit.envelopes[0].key.site_id],
            seqs={key: one.seq for key, one in drafts.items()},
        )

    def _recall(self, ticket: Ticket) -> Mapping[str, Any] | None:
        """What was answered to the ticket before, by another transaction or an earlier unit of this one."""
        kept = self._kept.get(ticket.scope)
        return kept.answer_to(ticket) if kept is not None else None

    def _draft_of(self, envelope: Envelope) -> Loaded | None:
        """A copy of the stream to work on, so that a refusal half-way leaves the stream as it was."""
        held = self._loaded.get(envelope.key)
        ticks = isinstance(envelope.command, Tick)
        if held is not None and held.kind.name != envelope.kind and not ticks:
            raise UnknownStream(envelope.key)
        if held is not None:
            return replace(held, fresh=list(held.fresh), notices=list(held.notices))
        if envelope.command.opens_stream:
            return Loaded(envelope.key, KINDS[envelope.kind])
        if self._skip:
            return None
        raise UnknownStream(envelope.key)

    def _decide(self, stream: Loaded, envelope: Envelope) -> None:
        site = self._sites[envelope.key.site_id]
        context = self._shop.contexts.of(self._sql, site, stream.state and stream.kind.pinned(stream.state))
        now = self._instant(site, envelope, stream)
        if site.clock == "virtual" and stream.state is not None:
            self._catch_up(stream, context, now)
        ticks = isinstance(envelope.command, Tick)
        command = stream.kind.clock_command() if ticks else envelope.command
        self._apply(stream, command, envelope.actor, context, now)

    def _catch_up(self, stream: Loaded, context: Context, until: datetime) -> None:
        """On a virtual clock nobody is late: each timer fires a tick after its due instant."""
        while True:
            due = min((timer.fire_at for timer in stream.kind.timers(stream.state)), default=until)
            if due + TICK >= until:
                return
            self._apply(stream, stream.kind.clock_command(), SYSTEM, context, due + TICK)

    def _apply(
        self,
        stream: Loaded,
        command: Any,  # noqa: ANN401 - of any kind of stream
        actor: Actor,
        context: Context,
        now: datetime,
    ) -> None:
        outcome = stream.kind.decide(stream.state, command, context, now=now, actor=actor)
        stream.state = outcome.state
        if not outcome.events:
            return
        streams.append(stream, outcome.events, now)
        stream.updated_at = now
        stream.notices += [(stream.seq, now, notice) for notice in outcome.notices]
        stream.columns = stream.kind.columns(stream.state, context)

    def _instant(self, site: SiteClock, envelope: Envelope, stream: Loaded) -> datetime:
        """The site's own time; never before the stream's last event, should the clock step back."""
        if site.clock == "frozen":
            raise FrozenClock(site.code)
        now = (envelope.now or site.virtual_now) if site.clock == "virtual" else self._now
        if now is None:
            raise FrozenClock(site.code)
        return max(now, stream.updated_at) if stream.updated_at else now

    def _write(self) -> None:
        if self._now is None:
            return
        write_texts(self._sql, self._texts, self._now)
        erase_rows(self._sql, self._gone)
        changed = [self._changed[key] for key in sorted(self._changed)]
        streams.write(self._sql, changed)
        take_effect(self._sql, changed)
        remember(self._sql, self._tickets, self._now)
        for written in (self._changed, self._texts, self._gone, self._tickets):
            written.clear()


def _parts(units: Sequence[Unit]) -> Iterator[Sequence[Unit]]:
    """A batch in parts: the database writes one while the next is decided, all in the same transaction.

    Whole where a stream is met twice, since it is written once.
    """
    keys = [envelope.key for unit in units for envelope in unit.envelopes]
    size = PART if len(set(keys)) == len(keys) else max(len(units), 1)
    for start in range(0, len(units), size):
        yield units[start : start + size]
