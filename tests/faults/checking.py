"""The checker: what the clients were told, what the sink took and what the database holds must agree.

It runs once nobody writes any more. Each figure is defined where it is counted; what must be zero is in
`MUST_BE_ZERO`. Nothing that the engine says about itself is believed where a witness saw it: the triggers of
`tests.faults.world` have the database's own instants and the holders of leases, the sink what it took.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from services.audit.whole import audit
from services.execute import Shop
from services.ledger.sequencer import sequence
from services.ledger.verifying import trust, verify
from services.settings import Settings
from tests.faults import queries
from tests.faults.history import History, Operation, Outcome
from tests.faults.network import Record
from tests.faults.world import CODE
from tests.integration.workers import storm

MUST_BE_ZERO = (
    *("lost", "duplicated", "early_fires", "stale_writes", "false_sent", "audit_drift"),
    *("fired_past_end", "refused_yet_done", "unexplained_duplicates"),
)

_EVENTS_OF = {
    "acknowledge": {"AssignmentAcknowledged"},
    "arrive": {"PartyArrived"},
    "start": {"WorkStarted", "AssignmentResumed"},
    "verify": {"AssignmentVerified"},
    "agree-plan": {"PlanAgreed"},
}
"""Actions without a word, by the events one of which each of them leads to."""
_UNREFERRED = frozenset({"reassign", "withdraw"})
"""They take a reason that no event refers to; its row is all that there is."""
_TEXT_ID = re.compile(rb'"id":"([0-9a-f]{32})"')
_MARK = re.compile(r"op\d+x\d+x[0-9a-f]{8}")
_SHOWN = 5
"""Violations of a kind that are told in words."""


@dataclass
class Findings:
    """What was found wrong, by figure, and the figures that are no fault."""

    found: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in MUST_BE_ZERO})
    figures: dict[str, Any] = field(default_factory=dict)

    def add(self, figure: str, words: str, times: int = 1) -> None:
        """Something that must not be."""
        self.found[figure] += [words] * times

    @property
    def is_good(self) -> bool:
        """Whether all is as it has to be."""
        return bool(self.figures["ledger_ok"]) and not any(self.found.values())

    def image(self) -> dict[str, Any]:
        """As it is printed."""
        told = [f"{name}: {words}" for name, many in self.found.items() for words in many[:_SHOWN]]
        counts = {name: len(many) for name, many in self.found.items()}
        wrong = [name for name, count in counts.items() if count]
        wrong += [] if self.figures["ledger_ok"] else ["ledger_ok"]
        return counts | self.figures | {"wrong": wrong, "violations": told}


@dataclass(frozen=True, slots=True)
class _Event:
    stream: int
    seq: int
    type: str
    payload: bytes

    def party(self) -> str:
        found: str = json.loads(self.payload)["data"]["party"]
        return found


class Checker:
    """Reads the three records and compares them. `healed_at` is the instant at which all faults had ended."""

    def __init__(
        self, settings: Settings, shop: Shop, records: tuple[History, Record], healed_at: datetime
    ) -> None:
        self._settings, self._shop = settings, shop
        self._history, self._sink = records
        self._healed_at = healed_at
        self._findings = Findings()
        # What has sites is read under the worker's role, the witnesses' tables as their owner.
        self._sql = psycopg.connect(settings.database_url, autocommit=True)
        self._sql.execute("SET ROLE lianban_worker")
        self._events = [_Event(*row) for row in self._ask(queries.EVENTS)]

    def check(self) -> Findings:
        """All of it."""
        self._operations()
        self._left_undone()
        self._steps()
        self._deliveries()
        self._sent()
        self._leases()
        self._ledger()
        self._drift()
        self._sql.close()
        return self._findings

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._sql.execute(query.encode(), values).fetchall()

    def _witness(self, query: str) -> list[tuple[Any, ...]]:
        self._sql.execute("RESET ROLE")
        found = self._ask(query)
        self._sql.execute("SET ROLE lianban_worker")
        return found

    # ── what clients were told ───────────────────────────────────────────────────────────────────────────

    def _operations(self) -> None:
        """lost: answered 2xx, and its effect is not in the ledger. duplicated: one key, two effects.
        refused_yet_done: told no, and it happened. An operation that was never answered may have one effect.
        """
        effects = self._effects()
        for one in self._history.operations:
            if one.has_mark:
                self._marked(one, effects[one.mark])
        self._unmarked()
        lengths = Counter(event.stream for event in self._events)
        for one in self._history.of(Outcome.DONE):
            length = lengths[one.stream]
            if length < one.events:
                words = f"{one.order} was said to have {one.events} events, it has {length}"
                self._findings.add("lost", words)
        self._findings.figures |= {
            "orders": len(lengths),
            "events": len(self._events),
            "operations": len(self._history.operations),
            "answered": len(self._history.of(Outcome.DONE)),
            "refused": len(self._history.of(Outcome.REFUSED)),
            "sent_again": sum(one.sent > 1 for one in self._history.operations),
            "indeterminate": len(self._history.of(Outcome.OPEN)),
        }

    def _marked(self, one: Operation, effects: int) -> None:
        words = f"{one.action} {one.mark} on {one.order}, sent {one.sent} times, answered {one.status}"
        if effects > 1:
            self._findings.add("duplicated", f"{words}: {effects} effects")
        elif one.outcome is Outcome.DONE and effects == 0:
            self._findings.add("lost", f"{words}: no effect")
        elif one.outcome is Outcome.REFUSED and effects:
            self._findings.add("refused_yet_done", words)

    def _effects(self) -> Counter[str]:
        """By mark, how often it was taken down: each time is a text of its own that an event refers to."""
        rows = self._ask("SELECT id, body FROM private_row WHERE body ~ 'op[0-9]+x'")
        marks = {row[0]: _MARK.findall(row[1]) for row in rows}
        unreferred = {one.mark for one in self._history.operations if one.action in _UNREFERRED}
        told = {(mark, text) for text, many in marks.items() for mark in many if mark in unreferred}
        for event in self._events:
            texts = [found.decode() for found in _TEXT_ID.findall(event.payload)]
            told |= {(mark, text) for text in texts for mark in marks.get(text, ())}
            # An outside number stands in the event itself.
            if event.type == "OutsideNumberAdded":
                here = f"{event.stream}/{event.seq}"
                told |= {(mark, here) for mark in _MARK.findall(event.payload.decode())}
        return Counter(mark for mark, _ in told)

    def _unmarked(self) -> None:
        """Without a word there is only counting; other actions may lead to these events as well."""
        wished: Counter[tuple[int, str, str]] = Counter()
        for one in self._history.of(Outcome.DONE):
            if one.action in _EVENTS_OF:
                wished[one.stream, one.action, one.party or ""] += 1
        happened: Counter[tuple[int, str, str]] = Counter()
        names = {name: action for action, types in _EVENTS_OF.items() for name in types}
        for event in self._events:
            if event.type in names:
                happened[event.stream, names[event.type], event.party()] += 1
        for (stream, action, party), times in (wished - happened).items():
            self._findings.add("lost", f"{action} of {party} on {CODE}-{stream}", times)

    # ── what should have happened ────────────────────────────────────────────────────────────────────────

    def _left_undone(self) -> None:
        """lost: what was due when the faults ended and was not done in the long quiet time after it."""
        for what, query in queries.LEFT.items():
            for row in self._ask(query, self._healed_at):
                self._findings.add("lost", f"{what}: {', '.join(map(str, row))}")

    def _steps(self) -> None:
        """early_fires: before it was due, by the database's clock at the instant of writing. duplicated: the
        same step twice. fired_past_end: after the event that ended its deadline. late_max_s: the latest.
        """
        site = self._ask("SELECT id FROM site WHERE code = %s", CODE)[0][0]
        for stream, rung, due, at in self._witness(queries.EARLY):
            self._findings.add("early_fires", f"{CODE}-{stream} {rung}, due {due}, fired {at}")
        for row in self._ask(storm.TWICE, site):
            self._findings.add("duplicated", f"step {row}")
        for row in self._ask(storm.AFTER_ITS_END, site):
            self._findings.add("fired_past_end", f"{CODE}-{row[0]} deadline {row[1]}")
        ((steps, p50, most),) = self._witness(queries.LATENESS)
        self._findings.figures |= {
            "steps": steps,
            "late_p50_s": _rounded(p50),
            "late_max_s": _rounded(most),
        }

    # ── what went outside ────────────────────────────────────────────────────────────────────────────────

    def _deliveries(self) -> None:
        """duplicated: one notice accepted twice for the same person, or kept twice by the recorder. lost:
        what the engine could not put into words, for which no fault is an excuse. unknown: the engine says
        that it cannot know.
        """
        states = dict(self._ask("SELECT state, count(*) FROM delivery GROUP BY 1"))
        self._findings.figures |= {"deliveries": states, "unknown": states.get("unknown", 0)}
        for delivery, whose, why in self._ask(queries.UNWORDED):
            self._findings.add("lost", f"delivery {delivery} to {whose}: {why}")
        for notice, whose, times in self._ask(queries.TOLD_TWICE):
            self._findings.add("duplicated", f"notice {notice} accepted {times} times for {whose}")
        for delivery, times in self._ask(queries.RANG_TWICE):
            self._findings.add("duplicated", f"delivery {delivery} rang {times} times")

    def _sent(self) -> None:
        """false_sent: the database says accepted, and the sink did not take it: by id where there are ids,
        by number of messages where there are none. external_duplicates: ids that the sink got again;
        unexplained_duplicates: more often than its record says that nobody knew.
        """
        taken = Counter((one.kind, one.whose) for one in self._sink.taken)
        for kind, whose, messages in self._ask(queries.MESSAGES):
            more = max(messages - taken[kind, whose], 0)
            self._findings.add("false_sent", f"{kind} of {whose}: {more} more than were taken", more)
        ids = Counter(one.id for one in self._sink.taken if one.id is not None)
        for number, whose in self._ask(queries.WITH_IDS):
            if f"lianban-{number}" not in ids:
                self._findings.add("false_sent", f"delivery {number} to {whose} was not taken")
        unknown = {f"lianban-{number}": times for number, times in self._ask(queries.UNKNOWN)}
        for number, times in ids.items():
            more = max(times - 1 - unknown.get(number, 0), 0)
            self._findings.add("unexplained_duplicates", f"{number} was sent {times} times", more)
        self._findings.figures |= {
            "external_duplicates": ids.total() - len(ids),
            "taken_by_sink": taken.total(),
            "turned_away_by_sink": dict(self._sink.turned_away),
        }

    def _leases(self) -> None:
        """stale_writes: a row claimed while another's lease stood; a lease ended by somebody else; a delivery
        called accepted by a process whose lease had gone to somebody else.
        """
        for (words,) in self._witness(queries.STALE):
            self._findings.add("stale_writes", words)

    # ── the ledger and what is derived from it ───────────────────────────────────────────────────────────

    def _ledger(self) -> None:
        """ledger_ok: chains, log and checkpoints verify as `lianban ledger verify` does."""
        told: list[str] = []
        try:
            sequence(self._shop.engine)
        except psycopg.Error as error:  # events that the log does not take, such as two of one number
            told = [f"not taken into the log: {error}"]
        for tally in verify(self._shop.engine, trust(self._shop.engine, self._settings)):
            found = [str(one) for one in tally.findings]
        told = [*told, *found][:_SHOWN]
        self._findings.figures |= {"ledger_ok": not told, "ledger_findings": told}

    def _drift(self) -> None:
        """audit_drift: what `lianban audit` finds stored otherwise than the events have it."""
        for tally in audit(self._shop):
            drift = tally.drift
        for one in drift:
            words = f"{CODE}-{one.key.stream_id} {one.kind} {one.what}: {one.stored}, events: {one.derived}"
            self._findings.add("audit_drift", words)


def _rounded(seconds: Any) -> float | None:  # numeric, or NULL where nothing fired
    return None if seconds is None else round(float(seconds), 3)
