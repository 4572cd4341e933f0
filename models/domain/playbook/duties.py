"""Who owes what under a playbook, by capacity: every limit that some party may have to keep."""

from collections.abc import Iterable, Iterator

from models.domain.business_time.limits import Limit
from models.domain.directory import Capacity
from models.domain.playbook.locator import Path
from models.domain.playbook.model import ACTING_PARTIES, REPORTER, VOLUNTEER, Playbook, Route, Triage
from models.domain.words import DeadlineKind, Severity

Obligation = tuple[Capacity, Limit, Path]
"""Who, how long, and where it is written."""

_TRIAGE_KEYS = {Severity.ORDINARY: "limit", Severity.DANGER: "danger"}


def supports(route: Route) -> tuple[Capacity, ...]:
    """The support that the route names, without those who act already."""
    return tuple(Capacity(one) for one in route.support if one != ACTING_PARTIES)


def acting_capacities(playbook: Playbook) -> dict[Capacity, Path]:
    """Everybody whom a route may oblige to act, and where that is written first."""
    found: dict[Capacity, Path] = {}
    for place, route in enumerate(playbook.routes):
        found.setdefault(route.lead, ("routes", place, "lead"))
        for at, capacity in enumerate(route.support):
            if capacity != ACTING_PARTIES:
                found.setdefault(Capacity(capacity), ("routes", place, "support", at))
    return found


def obligations(playbook: Playbook) -> Iterator[Obligation]:
    """Every limit, with each capacity that may have to keep it."""
    yield from _triages(playbook)
    for place, route in enumerate(playbook.routes):
        yield from _of_route(route, ("routes", place), playbook)
    for severity in playbook.safety:
        yield from _of_safety(severity, playbook)
    yield from _general(playbook)


def triages(playbook: Playbook) -> Iterator[tuple[Triage, Path]]:
    """The general triage and those of the categories, and where they are written."""
    if playbook.triage:
        yield playbook.triage, ("triage",)
    for code, category in playbook.categories.items():
        if category.triage:
            yield category.triage, ("categories", code, "triage")


def _triages(playbook: Playbook) -> Iterator[Obligation]:
    for triage, path in triages(playbook):
        for severity, limit in triage.limits.items():
            yield triage.by, limit, (*path, _TRIAGE_KEYS[severity])


def _of_route(route: Route, path: Path, playbook: Playbook) -> Iterator[Obligation]:
    for kind, limit in route.limits.items():
        yield route.lead, limit, (*path, kind)
    support = list(acting_capacities(playbook)) if ACTING_PARTIES in route.support else supports(route)
    own = {kind: (limit, (*path, "support_limits", kind)) for kind, limit in route.support_limits.items()}
    leads = {kind: (limit, (*path, kind)) for kind, limit in route.limits.items()}
    for limit, place in (leads | own).values():
        yield from ((capacity, limit, place) for capacity in support)


def _of_safety(severity: Severity, playbook: Playbook) -> Iterator[Obligation]:
    """All who act acknowledge; who leads, or triages until somebody leads, comes and makes safe."""
    limits, path = playbook.safety[severity], ("safety", str(severity))
    for capacity in acting_capacities(playbook):
        yield capacity, limits.acknowledge, (*path, "acknowledge")
    leads = dict.fromkeys(route.lead for route in playbook.routes)
    for capacity in leads | dict.fromkeys(triage.by for triage, _ in triages(playbook)):
        yield capacity, limits.acknowledge, (*path, "acknowledge")
        yield capacity, limits.on_site_in_compound, (*path, "on_site", "compound")
        yield capacity, limits.on_site_elsewhere, (*path, "on_site", "elsewhere")
        yield capacity, limits.make_safe, (*path, "make_safe")


def _general(playbook: Playbook) -> Iterator[Obligation]:
    acting = acting_capacities(playbook)
    leads = {route.lead for route in playbook.routes}
    verifiers = {Capacity(one) for fixer in acting for one in _parties(playbook.verifiers.get(fixer, ()))}
    who = {
        DeadlineKind.CONTACT: leads,
        DeadlineKind.DECIDE: set(playbook.deciders),
        DeadlineKind.REVIEW: verifiers,
        DeadlineKind.REDO: set(acting),
        DeadlineKind.CALLBACK: {playbook.callback_by} if playbook.callback_by else set(),
    }
    for kind, by_severity in playbook.limits.items():
        for severity, limit in by_severity.items():
            key = str(kind) if severity is Severity.ORDINARY else f"{kind}_{severity}"
            yield from ((capacity, limit, ("limits", key)) for capacity in sorted(who[kind]))
    for kind, limit in playbook.round_two.items():
        yield from ((capacity, limit, ("round_two", kind)) for capacity in sorted(leads))


def _parties(verifiers: Iterable[str]) -> Iterator[str]:
    return (one for one in verifiers if one not in {REPORTER, VOLUNTEER})
