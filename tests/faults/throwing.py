"""Throwing the faults of a plan at the stack, and taking back those that last."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from signal import SIGINT, SIGQUIT

from tests.faults.plan import Fault
from tests.faults.stack import PULSES, Stack

MOST_LONGER = 20.0
"""Seconds that a fault may last beyond its end, until what it is for has come."""
SHARE = 0.7
"""Of the messages that a bad endpoint treats badly, so that good ones pass between them."""


@dataclass(frozen=True, slots=True)
class _End:
    at: float
    take_back: Callable[[], None]
    may: Callable[[], bool] = lambda: True
    """Whether it may be taken back now; if not, it is `MOST_LONGER` seconds later."""

    def is_over(self, now: float) -> bool:
        return self.at <= now and (self.at + MOST_LONGER <= now or self.may())


class Thrower:
    """Does to the stack what a fault says, and counts what was really done."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self._stack, self._dice = stack, random.Random(f"throw-{seed}")
        self._ends: list[_End] = []
        self._now = 0.0
        self.thrown: Counter[str] = Counter()

    def throw(self, fault: Fault, now: float) -> None:
        """Do it; `now` in seconds since the load began."""
        self._now = now
        blow, _, rest = fault.kind.partition("-")
        blows: dict[str, Callable[[str, Fault], bool | None]] = {
            "kill": self._kill,
            "stop": self._stop,
            "broker": self._broker,
            "postgres": self._postgres,
            "endpoint": self._endpoint,
            "flushall": lambda _rest, _fault: self._stack.flush_broker(),
            "connections": lambda _rest, _fault: self._stack.cut_connections(),
        }
        if blows[blow](rest, fault) is not False:
            self.thrown[fault.kind] += 1

    def look(self, now: float) -> None:
        """Take back what is over."""
        over = [one for one in self._ends if one.is_over(now)]
        self._ends = [one for one in self._ends if one not in over]
        for one in over:
            one.take_back()

    def heal(self) -> None:
        """Take back everything."""
        self.look(float("inf"))
        self._stack.resume_all()
        self._stack.network.call(self._stack.network.proxy.heal())
        self._stack.network.sink.misbehave("", 0)

    def _until(self, fault: Fault, take_back: Callable[[], None]) -> None:
        self._ends.append(_End(self._now + fault.lasts, take_back))

    def _one(self, name: str) -> str:
        return f"pulse-{self._dice.randint(1, PULSES)}" if name == "pulse" else name

    def _kill(self, name: str, _fault: Fault) -> bool | None:
        if name.endswith("-child"):
            return self._stack.kill_child(name.removesuffix("-child"), self._dice)
        self._stack.kill(self._one(name))
        return None

    def _stop(self, name: str, fault: Fault) -> bool | None:
        one = self._one(name)
        if name == "sender":
            return self._stop_sending(one, fault)
        self._stack.pause(one)
        self._until(fault, lambda: self._stack.resume(one))
        return None

    def _stop_sending(self, name: str, fault: Fault) -> bool:
        """What it says when it wakes is late for certain: others have thought of its sends by then."""
        if not self._stack.pause_sending(name):
            return False
        end = self._now + fault.lasts
        self._ends.append(
            _End(end, lambda: self._stack.resume(name), lambda: self._stack.is_taken_over(name))
        )
        return True

    def _broker(self, how: str, fault: Fault) -> None:
        network = self._stack.network
        if how == "killed":
            self._stack.kill("valkey")
            return
        network.call(network.proxy.absent() if how == "absent" else network.proxy.black_hole())
        self._until(fault, lambda: network.call(network.proxy.heal()))

    def _postgres(self, how: str, _fault: Fault) -> None:
        self._stack.kill("postgres", SIGINT if how == "fast" else SIGQUIT)

    def _endpoint(self, how: str, fault: Fault) -> None:
        sink = self._stack.network.sink
        sink.misbehave(how, SHARE)
        self._until(fault, lambda: sink.misbehave("", 0))
