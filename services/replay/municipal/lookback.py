"""Looking back: what the ledger says of each order of a replay. Nothing here has seen the city's file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from models.domain.orders import events as e
from models.domain.orders.figures import Observation, observe
from models.domain.orders.holding import Recorded, TimeHeld, time_held
from models.domain.orders.kind import ORDER
from models.domain.orders.rules import Context
from models.domain.playbook.model import Mark
from models.domain.words import DeadlineKind, Duty
from services.execute import Shop
from services.store.contexts import Sql, read_sites
from services.store.streams import event_of
from services.store.transactions import transaction

_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One order as its events tell it."""

    number: int
    category: str | None
    party: str
    """Who had the lead first."""
    overdue: bool
    """The fix limit's red step stands before 'done', or stands and there is no 'done'."""
    done: bool
    steps: Counter[tuple[str, bool]]
    """Steps reached, by rung and whether they were only recorded because a higher one was due too."""
    observation: Observation
    held: TimeHeld


def look_back(shop: Shop, site_id: int, until: datetime) -> Iterator[Seen]:
    """Every order of the site, as it stood at `until`, from its events alone."""
    with transaction(shop.engine, [site_id]) as sql:
        site = read_sites(sql, [site_id])[site_id]
        context = shop.contexts.of(sql, site)
        for number, events in groupby(_events(sql, site_id), key=lambda row: row[0]):
            yield _seen(number, [(event, at) for _, event, at in events], context, until)


def _events(sql: Sql, site_id: int) -> Iterator[tuple[int, e.Event, datetime]]:
    """All events of the site, stream by stream, a portion at a time."""
    with sql.cursor(name="ledger") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(
            "SELECT stream_id, payload FROM event WHERE site_id = %s ORDER BY stream_id, seq", (site_id,)
        )
        for number, payload in cursor:
            event, at, _ = event_of(ORDER, payload)
            yield number, event, at


def _seen(number: int, events: list[Recorded], context: Context, until: datetime) -> Seen:
    overdue = done = False
    party, category = "", None
    steps: Counter[tuple[str, bool]] = Counter()
    for event, _ in events:
        match event:
            case e.OrderReported():
                category = event.category
            case e.AssignmentDispatched(duty=Duty.LEAD):
                party = party or event.party
            case e.StepReached():
                steps[event.rung, event.skipped] += 1
                overdue |= not done and event.kind == DeadlineKind.FIX and event.mark == Mark.RED
            case e.AssignmentDone():
                done |= event.party == party
    return Seen(
        number=number,
        category=category,
        party=party,
        overdue=overdue,
        done=done,
        steps=steps,
        observation=observe(events, until),
        held=time_held(events, context, until),
    )
