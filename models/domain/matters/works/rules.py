"""Who announces works, who walks before them, how early everybody is told, at which hours nobody works."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.domain.business_time.arithmetic import due
from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Capacity
from models.domain.matter import Asked, Term
from models.domain.matters.works.state import Plan, Works
from models.domain.orders.rules import Context
from models.domain.playbook.model import OrderKind
from models.domain.policy import Permission, permits
from models.domain.streams import Actor

ANNOUNCERS = (Capacity.CONTRACTOR, Capacity.COMMITTEE)
"""The contractor does the works; the committee's coordinator owns everything around them."""
WALKERS = (Capacity.COMMITTEE, Capacity.PROPERTY, Capacity.SUPERVISOR, Capacity.STREET)
"""Who walks 巡查 (`policy.WALKING`), whoever leads first: the first of them owes the hazard walk."""
NOTICE = Limit(0, 3, Clock.WORKING_DAYS)
"""Everybody is told at least so long before. Common practice, no published source."""
AGAIN = (Limit(0, 1, Clock.WORKING_DAYS), Limit(0, 5, Clock.WORKING_DAYS))
"""After the first time that a passed limit is asked about, and after each later one: the ladder's steps."""
LONGEST_DAYS = 366
WALK, END = "works_walk", "works_end"
"""The limits."""


def may_announce(actor: Actor, context: Context) -> bool:
    """The contractor and the committee."""
    announces = any(context.site.has(actor.party, one) for one in ANNOUNCERS)
    return announces and permits(actor.role, Permission.ANNOUNCE_WORKS)


def may_see(actor: Actor, _works: object, _context: Context) -> bool:
    """Whoever sees the site at work."""
    return permits(actor.role, Permission.SEE_WORKS)


def may_record_walk(actor: Actor, context: Context) -> bool:
    """Whoever walks 巡查, and does not do the works: the fixer never verifies its own work."""
    walks = any(context.site.has(actor.party, one) for one in WALKERS)
    builds = context.site.has(actor.party, Capacity.CONTRACTOR)
    return walks and not builds and permits(actor.role, Permission.WALK)


def walker(context: Context) -> str | None:
    """Who owes the hazard walk."""
    return context.site.first_of(WALKERS, but=context.site.with_capacity(Capacity.CONTRACTOR))


def local_day(at: datetime, context: Context) -> date:
    """The day on the site's wall clock."""
    return at.astimezone(ZoneInfo(context.site.zone)).date()


def in_time_from(party: str, context: Context, now: datetime) -> date:
    """The first day on which works told of now may begin without being urgent."""
    return local_day(due(context.site.calendar_of(party), now, NOTICE).due_at, context)


def barred(context: Context) -> list[tuple[time, time]]:
    """Local hours in which works noise is forbidden (噪声法 §43 and local data), as the playbook has them."""
    noisy = (one for one in context.playbook.categories.values() if one.kind is OrderKind.NOISE)
    return [hours for one in noisy for hours in one.barred]


def is_barred(opens: str, closes: str, context: Context) -> bool:
    """Whether some of these hours is forbidden; works may end when that begins, and begin when it ends."""
    first, last = time.fromisoformat(opens), time.fromisoformat(closes)
    return any(first < ends and begins < last for begins, ends in _within_days(context))


def _within_days(context: Context) -> Iterator[tuple[time, time]]:
    for begins, ends in barred(context):
        if begins < ends:
            yield begins, ends
        else:
            yield time.min, ends
            yield begins, time.max


def terms(plan: Plan, works: Works | None, one: Asked) -> tuple[Term, ...]:
    """The limits of a plan: for the hazard walk while some room is not walked, and for the end."""
    last = max((int(key) for key in works.deadlines), default=0) if works else 0
    party = works.party if works else str(one.actor.party)
    walks = works.walker if works else walker(one.context)
    walked = works.walked.rooms if works and works.walked else ()
    found = [Term(last + 1, END, party, _at(plan.until, plan.closes, one))]
    if walks is not None and not set(plan.rooms) <= set(walked):
        found.append(Term(last + 2, WALK, walks, _eve(plan, walks, one)))
    return tuple(found)


def _eve(plan: Plan, walks: str, one: Asked) -> datetime:
    """When the walker's last working day before the works closes; where that is over, when they begin."""
    calendar = one.context.site.calendar_of(walks)
    day = plan.begins - timedelta(1)
    while not calendar.is_working_day(day):
        day -= timedelta(1)
    closing, beginning = calendar.closing(day), _at(plan.begins, plan.opens, one)
    return min(closing, beginning) if closing > one.now else max(beginning, one.now)


def _at(day: date, hour: str, one: Asked) -> datetime:
    at = datetime.combine(day, time.fromisoformat(hour), ZoneInfo(one.context.site.zone))
    return at.astimezone(one.now.tzinfo)
