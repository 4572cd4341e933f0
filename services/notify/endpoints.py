"""What an endpoint can take: its limit and its circuit breaker. Pure; `endpoints_rows` reads and writes.

A breaker opens after some sends in a row that were not accepted. It stays open for half a minute, then for
twice as long each time, up to ten minutes; after each pause one send tries whether it works again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

SEND_SECONDS = 10.0
"""The hard limit of a send: the wire's patience of eight seconds, and some to spare."""
AT_ONCE = 4
"""Sends to one endpoint that one process has open at a time: one that hangs holds no more threads."""
PLENTY = 100
"""Messages that may go now where there is no limit: as many as a claim takes."""

BREAKS_AFTER = 5
"""Sends in a row that were not accepted."""
SHORTEST = timedelta(seconds=30)
"""How long a breaker stays open first; longer than any send that began before it lasts."""
LONGEST = timedelta(minutes=10)
PROBE = timedelta(seconds=SEND_SECONDS + 5)
"""How long the one that tries may take before another may."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What endpoints of a kind take."""

    most: int | None = None
    """Messages within any `window`; None: there is no limit that we know of."""
    window: timedelta = timedelta(minutes=1)
    lines: int = 1
    """Notices that fit one message, where they waited for the morning, or where more wait than the limit lets
    through; 1: each goes alone."""
    repeats: bool = False
    """A delivery that is sent again is shown once, so that what is unknown may be sent again."""

    @property
    def spread(self) -> timedelta:
        """The window and a send's longest time, since a message may arrive that long after it was let go."""
        return self.window + timedelta(seconds=SEND_SECONDS)


DEFAULT = Rule()
RULES: Mapping[str, Rule] = {
    # A robot is blocked for about ten minutes once it was sent more than 20 a minute; 20,000 bytes a message.
    "dingtalk": Rule(20, lines=30),
    # 20 a minute a robot; 2,048 bytes a message.
    "wecom_bot": Rule(20, lines=4),
    # 100 a minute a robot, 20 kB a message.
    "feishu": Rule(100, lines=30),
    # 20 a minute into the same group; 4,096 characters a message.
    "telegram": Rule(20, lines=10),
    # The same Message-ID is shown once.
    "email": Rule(lines=30, repeats=True),
    # 4,096 bytes a message.
    "ntfy": Rule(lines=8),
    # The same `webhook-id` is to be taken once.
    "webhook": Rule(repeats=True),
}
"""By kind of channel; any other has no limit."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an endpoint stands."""

    failures: int = 0
    """Sends in a row that were not accepted."""
    opened_at: datetime | None = None
    """When the breaker opened last, if it has not closed since."""
    closed_until: datetime | None = None
    """Nothing goes there before."""
    recent: tuple[datetime, ...] = ()
    """When messages were let go lately, the oldest first; only where there is a limit."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A send that came to an end: whether it was accepted, and when it began."""

    accepted: bool
    begun_at: datetime


def rule_of(kind: str) -> Rule:
    """What endpoints of the kind take."""
    return RULES.get(kind, DEFAULT)


def room(standing: Standing, rule: Rule, now: datetime) -> int:
    """How many messages may be let go now."""
    if standing.closed_until is not None and standing.closed_until > now:
        return 0
    if standing.opened_at is not None:
        return 1
    if rule.most is None:
        return PLENTY
    return max(rule.most - len(_still(standing, rule, now)), 0)


def let_go(standing: Standing, rule: Rule, count: int, now: datetime) -> Standing:
    """How it stands once `count` messages are on their way; closed where that was all there was room for."""
    recent = (*_still(standing, rule, now), *(now for _ in range(count))) if rule.most else ()
    after = replace(standing, recent=recent)
    if standing.opened_at is not None:
        return replace(after, closed_until=now + PROBE) if count else after
    full = rule.most is not None and len(recent) >= rule.most
    return replace(after, closed_until=recent[0] + rule.spread if full else None)


def _still(standing: Standing, rule: Rule, now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in standing.recent if at + rule.spread > now)


class Waiting(Protocol):
    """A delivery that waits for its turn."""

    @property
    def danger(self) -> bool:
        """Whether it goes alone as long as there is room."""

    @property
    def waited(self) -> bool:
        """Whether it lay there until the recipient's day began."""


T = TypeVar("T", bound=Waiting)


def parcels(waiting: Sequence[T], room: int, lines: int) -> list[tuple[T, ...]]:
    """What goes in how many messages, where `room` of them may go and one holds `lines` notices.

    What waited for the morning goes together; as long as there is room anything else goes alone. Else what is
    danger goes alone, and one message is left for the rest, which goes in as few messages as hold it; what
    does not fit waits.
    """
    if room <= 0:
        return []
    if lines == 1:
        return [(one,) for one in waiting[:room]]
    alone = [one for one in waiting if not one.waited]
    digests = _together([one for one in waiting if one.waited], lines)
    if len(alone) + len(digests) <= room:
        return [*((one,) for one in alone), *digests]
    first = [one for one in waiting if one.danger][: room - 1]
    rest = [one for one in waiting if one not in first]
    return [*((one,) for one in first), *_together(rest, lines)[: room - len(first)]]


def _together(many: Sequence[T], lines: int) -> list[tuple[T, ...]]:
    return [tuple(many[at : at + lines]) for at in range(0, len(many), lines)]


def answered(standing: Standing, answers: Iterable[Answered], now: datetime) -> Standing:
    """How it stands after these sends, in their order.

    One that is accepted closes the breaker. One that failed but began before the breaker opened says nothing
    that is not known: a row of hanging sends must not count as so many tries.
    """
    for one in answers:
        if one.accepted:
            works_again = standing.opened_at is not None
            closed_until = None if works_again else standing.closed_until
            standing = replace(standing, failures=0, opened_at=None, closed_until=closed_until)
        elif standing.opened_at is None or one.begun_at > standing.opened_at:
            standing = _failed(replace(standing, failures=standing.failures + 1), now)
    return standing


def _failed(standing: Standing, now: datetime) -> Standing:
    over = standing.failures - BREAKS_AFTER
    if over < 0:
        return standing
    pause = min(SHORTEST * 2 ** min(over, 10), LONGEST)
    return replace(standing, opened_at=now, closed_until=now + pause)
