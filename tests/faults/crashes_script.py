"""A random script by seed: reports, actions of all parties, hours in which the lanes work."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from models.domain.streams import Actor, Role, StreamKey
from services import desk
from services.actions.bodies import ReportBody
from services.actions.table import ASSIGNMENT_ACTIONS
from services.callers import Caller
from services.execute import Shop
from services.replay.driver import Driver
from services.replay.turning import turn
from services.store.idempotency import Ticket
from tests.acceptance.stage import wall

SITE = "CRASH"
BEGINS = wall("2026-03-09 09:30")
PARTIES = ("asset_company", "property", "committee", "autonomy_office")
ACTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("acknowledge", {}),
    ("acknowledge", {}),
    ("contact", {}),
    ("start", {}),
    ("done", {}),
    ("done", {}),
    ("verify", {}),
    ("reject", {"reason": "还在漏"}),
    ("return", {"nominee": "autonomy_office", "reason": "不归我管"}),
    ("note", {"note": "看过了"}),
)
GAPS = (timedelta(), timedelta(minutes=5), timedelta(hours=5), timedelta(days=1, hours=2), timedelta(days=4))


@dataclass(slots=True)
class World:
    """A site in a database, and the orders that the script has made so far."""

    shop: Shop
    site_id: int
    mend: Callable[[], None]
    """Lets a minute go by in reality, so that leases of whoever broke down are over."""
    orders: dict[int, StreamKey] = field(default_factory=dict)


class Careful(Driver):
    """A driver that outlives a lost connection: what it had leased is taken up at the same instant."""

    mend: Callable[[], None]

    def send(self, at: datetime) -> int:
        sent = super().send(at)
        self.mend()
        return sent


def driver_of(world: World) -> Careful:
    """Who turns the clock of the world's site."""
    driver = Careful(world.shop, world.site_id)
    driver.mend = world.mend
    return driver


@dataclass(frozen=True, slots=True)
class Tick:
    """The lanes have their turn at an instant at which something falls due."""

    at: datetime

    def __str__(self) -> str:
        return f"{self.at:%m-%d %H:%M} lanes"

    def run(self, world: World) -> None:
        """Until nothing is due; done again after a breakdown it ends as if it had been done once."""
        turn(driver_of(world), self.at)


@dataclass(frozen=True, slots=True)
class Operation:
    """Somebody does something at an instant, up to which everything that was due has been done."""

    number: int
    at: datetime
    kind: str
    order: int
    party: str
    words: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.number}. {self.at:%m-%d %H:%M} {self.party} {self.kind} of order {self.order}"

    def run(self, world: World) -> None:
        """Do it; done again after a breakdown it ends as if it had been done once."""
        driver_of(world).set_clock(self.at)
        if self.kind == "report":
            self._report(world)
        elif self.kind != "wait":
            self._act(world)

    def _report(self, world: World) -> None:
        body = ReportBody.model_validate(self.words)
        caller = _caller(world, "committee")
        key, answer = desk.report(world.shop, caller, SITE, body, desk.Extras(self._ticket(world), self.at))
        assert answer.refused is None, answer.refused
        world.orders[self.order] = key

    def _act(self, world: World) -> None:
        """It may be refused: that is an answer too, and the same after a breakdown."""
        body = ASSIGNMENT_ACTIONS[self.kind].body.model_validate(self.words)
        of = self.party if self.kind not in {"verify", "reject"} else PARTIES[self.number % 2]
        wish = desk.Wish(self.kind, body, of)
        extras = desk.Extras(self._ticket(world), self.at)
        desk.act(world.shop, _caller(world, self.party), world.orders[self.order], wish, extras)

    def _ticket(self, world: World) -> Ticket:
        return Ticket.of(
            actor=self.party,
            route=self.kind,
            key=str(self.number),
            site_id=world.site_id,
            body=b"",
            status=200,
        )


def _caller(world: World, party: str) -> Caller:
    return Caller(party, Actor(Role.LEAD, party, f"p:{party}"), {SITE: world.site_id})


def script(seed: int, length: int = 7) -> list[Operation]:
    """The operations of a seed; the first is a report."""
    dice = random.Random(seed)
    at, made, operations = BEGINS, 0, []
    for number in range(length):
        at += dice.choice(GAPS) if number else timedelta()
        kind, words = dice.choice(ACTIONS)
        if number == 0 or dice.random() < 1 / (3 + 2 * made):
            kind, words = "report", _reported(dice)
            made += 1
        order = made - 1 if kind == "report" else dice.randrange(made)
        if number == length - 1:
            kind, at = "wait", at + timedelta(days=2)
        operations.append(Operation(number, at, kind, order, dice.choice(PARTIES[:3]), dict(words)))
    return operations


def _reported(dice: random.Random) -> dict[str, str]:
    severity = dice.choice(("danger", "ordinary", "ordinary"))
    words = {"space": "table-tennis", "description": "漏水了", "severity": severity, "category": "leak"}
    # Without an origin it is triaged, with one it is dispatched to three parties.
    return {**words, "origin": "pre_existing"} if dice.random() < 3 / 4 else words
