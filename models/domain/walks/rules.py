"""Who walks, who sees a walk, and whom its notice asks and tells."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from models.domain.directory import Capacity
from models.domain.orders.rules import Context
from models.domain.policy import WALKING, Permission, permits
from models.domain.streams import Actor
from models.domain.walks.state import Finding, Walk, WalkStatus
from models.domain.words import Origin

HANDLER, OBSERVER = "handler", "observer"


def may_walk(actor: Actor, context: Context) -> bool:
    """Whether somebody may set out on a walk here."""
    return permits(actor.role, Permission.WALK) and _walks(actor.party, context)


def may_go_on(actor: Actor, walk: Walk, context: Context) -> bool:
    """A walk is its party's: whoever works for it may go on."""
    return may_walk(actor, context) and actor.party == walk.party


def may_see(actor: Actor, walk: Walk, context: Context) -> bool:
    """Parties that walk see all walks; whom a notice tells sees that one."""
    if not permits(actor.role, Permission.SEE_WALKS):
        return False
    told = {one.partition(":")[0] for one in walk.told}
    return _walks(actor.party, context) or (walk.status is WalkStatus.FINISHED and actor.party in told)


def _walks(party: str | None, context: Context) -> bool:
    return any(context.site.has(party, Capacity(one)) for one in WALKING)


def is_its_day(walk: Walk, context: Context, now: datetime) -> bool:
    """Whether findings may still be added: tomorrow's round is another walk."""
    return now.astimezone(ZoneInfo(context.site.zone)).date() == walk.day


def asked(finding: Finding, origin: Origin, context: Context) -> str | None:
    """The party that the notice asks to mend it: who leads, or who finds the origin out first."""
    return next((party for party, role in _addressed(finding, origin, context) if role == HANDLER), None)


def told(findings: Iterable[Finding], origin: Origin, context: Context) -> frozenset[str]:
    """Whom the notice tells, as ``party:role``: whoever the orders would be sent to one by one."""
    return frozenset(
        f"{party}:{role}" for one in findings for party, role in _addressed(one, origin, context)
    )


def _addressed(finding: Finding, origin: Origin, context: Context) -> Iterator[tuple[str, str]]:
    """The first is who is asked. As the router will find it; whomever it adds is alarmed by the order."""
    playbook, site = context.playbook, context.site
    rule = playbook.categories[finding.category]
    triage = rule.triage or playbook.triage
    if rule.needs_origin and origin is Origin.UNKNOWN:
        named = [(triage.by, HANDLER)] if triage else []
    else:
        route = playbook.route_for(finding.category, origin, finding.severity, finding.space)
        named = []
        if route is not None:
            acting = [Capacity(one) for one in route.support if one in set(Capacity)]
            named = [(one, HANDLER) for one in (route.lead, *acting)]
            named += [(one, OBSERVER) for one in (*route.consult, *route.inform)]
    seen: set[str] = set()
    for capacity, role in named:
        party = site.first_of((capacity,))
        if party is not None and party not in seen:
            seen.add(party)
            yield party, role
