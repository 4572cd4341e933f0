"""What is thrown and when: drawn from a seed, so that a run that found something can be thrown again."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

GAP_SECONDS = (1.2, 3.6)
"""Between one fault and the next: on average 2.4 s, so that ten minutes hold some 250."""


class UnknownFault(ValueError):
    """There is no such kind of fault; `./lianban faults --help` lists them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault. `lasts` are the seconds, from and to, until it is taken back; None: it is one blow."""

    words: str
    lasts: tuple[float, float] | None = None
    leases: bool = False
    """It lasts past a lease, whatever that is; `lasts` comes on top."""


_WHILE = (2.0, 5.0)
_PAST = (1.0, 3.0)

KINDS = {
    "kill-api": Kind("SIGKILL of the web server"),
    "kill-worker": Kind("SIGKILL of the engine's worker, the parent"),
    "kill-worker-child": Kind("SIGKILL of the process that routes and fires"),
    "kill-sender": Kind("SIGKILL of the sender, the parent"),
    "kill-sender-child": Kind("SIGKILL of the process that sends"),
    "kill-pulse": Kind("SIGKILL of one of the two pulses"),
    "stop-worker": Kind("SIGSTOP of the engine's worker past its lease, then SIGCONT", _PAST, leases=True),
    "stop-sender": Kind(
        "SIGSTOP of the sender, while it sends, until others took over, then SIGCONT", _PAST, leases=True
    ),
    "stop-pulse": Kind("SIGSTOP of a pulse past its lease, then SIGCONT", _PAST, leases=True),
    "flushall": Kind("FLUSHALL of the broker"),
    "broker-killed": Kind("SIGKILL of the broker"),
    "broker-absent": Kind("the broker refuses connections", _WHILE),
    "broker-black-hole": Kind("the broker takes everything and says nothing", _WHILE),
    "postgres-fast": Kind("PostgreSQL restarted, sessions ended"),
    "postgres-immediate": Kind("PostgreSQL restarted as after a crash"),
    "connections-cut": Kind("pg_terminate_backend on every session"),
    "endpoint-hang": Kind("an endpoint reads a message and never answers", _WHILE),
    "endpoint-slow": Kind("an endpoint takes its time, and takes the message", _WHILE),
    "endpoint-drip": Kind("an endpoint answers a byte at a time", _WHILE),
    "endpoint-reset": Kind("an endpoint breaks the connection, the message not taken", _WHILE),
    "endpoint-swallow": Kind("an endpoint takes the message, then breaks the connection", _WHILE),
    "endpoint-429": Kind("an endpoint answers 429", _WHILE),
    "endpoint-error-200": Kind("an endpoint answers 200 with an error code in the body", _WHILE),
    "reply-cut": Kind("a client hangs up before the answer, then sends the request again"),
}
"""`reply-cut` is no blow of the plan: with it, clients do so now and then by their own dice."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: thrown `at` seconds after the load began, taken back `lasts` seconds later."""

    at: float
    kind: str
    lasts: float = 0.0


def drawn(kinds: Iterable[str], *, seed: int, seconds: float, lease: float) -> Iterator[Fault]:
    """The faults of a run in their order. Kinds are dealt like cards: each comes before one comes twice."""
    dice = random.Random(seed)
    deck: list[str] = []
    blows = [kind for kind in kinds if kind != "reply-cut"]
    at = dice.uniform(*GAP_SECONDS)
    while blows and at < seconds:
        if not deck:
            deck = dice.sample(blows, len(blows))
        name = deck.pop()
        kind = KINDS[name]
        lasts = dice.uniform(*kind.lasts) if kind.lasts else 0.0
        yield Fault(at, name, lasts + (lease if kind.leases else 0.0))
        at += dice.uniform(*GAP_SECONDS)


def chosen(plan: str | None) -> tuple[str, ...]:
    """The kinds of a plan: a comma list, or a file with one kind a line; all without one.

    Raises:
        UnknownFault: a kind that there is not.
    """
    if not plan:
        return tuple(KINDS)
    file = Path(plan)
    text = file.read_text(encoding="utf-8") if file.is_file() else plan.replace(",", "\n")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    kinds = tuple(dict.fromkeys(line for line in lines if line))
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownFault(f"{kind}: {UnknownFault.__doc__}")
    return kinds
