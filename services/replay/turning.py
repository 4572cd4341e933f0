"""Turning a virtual clock from instant to instant: all takes effect and is told when it falls due."""

from dataclasses import dataclass
from datetime import datetime

from models.domain.business_time.arithmetic import due
from models.domain.business_time.limits import Limit
from models.domain.orders import rules
from services.execute import TICK
from services.replay.driver import Driver, NotVirtual
from services.store.claims import MOST_ATTEMPTS, SHAPES
from services.store.contexts import read_sites
from services.store.transactions import transaction


class Stuck(RuntimeError):
    """What fell due could not be done, or somebody else is at it: the clock is not turned past it. The log
    says why under 'poison'; try again in a minute, and see `./lianban dead list`.
    """


def turn(driver: Driver, to: datetime) -> None:
    """Turn the clock to `to`, stopping wherever something falls due on the way.

    A message says what is true when it is sent and goes to who has the duty turn then, so a week
    is not turned at once.

    Raises:
        NotVirtual: the site's clock is live or frozen.
        Stuck: something that fell due on the way was not done.
    """
    while (due_next := next_due(driver, to)) is not None:
        at = due_next.at
        driver.set_clock(at)
        if due_next.routing:
            driver.route(at)
        if due_next.timer:
            driver.fire(at)
        driver.send(at)
        _need_all_done(driver, at)
    _need_all_done(driver, to)
    driver.set_clock(to)


@dataclass(frozen=True, slots=True)
class Next:
    """The next instant at which something falls due at a site, and whether it is a routing or a timer."""

    at: datetime
    routing: bool
    timer: bool


_FREE = f"q.attempts < {MOST_ATTEMPTS} AND (q.lease_until IS NULL OR q.lease_until < statement_timestamp())"

# Nobody else works for the site: what is leased after a round of the lanes, or given up, has failed.
_LEFT = " UNION ALL ".join(
    f"SELECT 1 FROM {queue} q WHERE q.site_id = %(site)s AND {shape.only} AND NOT ({_FREE})"  # noqa: S608 - our own constants
    f" AND q.{shape.due} {'<' if shape.strictly else '<='} %(at)s"
    for queue, shape in SHAPES.items()
)

_NEXT = f"""
SELECT
    (SELECT min(q.wanted_at) FROM routing q WHERE q.site_id = %(site)s AND {_FREE}),
    (SELECT min(q.fire_at) + %(tick)s FROM timer q WHERE q.site_id = %(site)s AND {_FREE}),
    (SELECT min(q.send_at) FROM notice q WHERE q.site_id = %(site)s AND q.expanded_at IS NULL AND {_FREE}),
    (SELECT min(q.created_at) FROM delivery q WHERE q.site_id = %(site)s AND q.state = 'queued'
        AND q.endpoint IS NULL AND {_FREE})
"""  # noqa: S608 - our own constants


def next_due(driver: Driver, until: datetime) -> Next | None:
    """What falls due next at the site, None when nothing does by `until`."""
    with transaction(driver.shop.engine, [driver.site_id]) as sql:
        row = sql.execute(_NEXT, {"site": driver.site_id, "tick": TICK}).fetchone()
    routing, timer, *sending = row or (None, None)
    at: datetime | None = min((one for one in (routing, timer, *sending) if one is not None), default=None)
    return Next(at, routing == at, timer == at) if at is not None and at <= until else None


def _need_all_done(driver: Driver, at: datetime) -> None:
    with transaction(driver.shop.engine, [driver.site_id]) as sql:
        if sql.execute(f"{_LEFT} LIMIT 1", {"site": driver.site_id, "at": at}).fetchone():
            raise Stuck(Stuck.__doc__)


def ahead(driver: Driver, limit: Limit) -> datetime:
    """The instant right after a limit that starts now, in the coordinator's calendar: what was due is past.

    Raises:
        NotVirtual: the site's clock is live or frozen.
    """
    with transaction(driver.shop.engine, [driver.site_id]) as sql:
        site = read_sites(sql, [driver.site_id])[driver.site_id]
        context = driver.shop.contexts.of(sql, site)
    if site.clock != "virtual" or site.virtual_now is None:
        raise NotVirtual(site.code)
    party = rules.coordinating(context) or next(iter(context.site.parties))
    return due(context.site.calendar_of(party), site.virtual_now, limit).due_at + TICK
