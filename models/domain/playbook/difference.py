"""What differs between two playbooks, line by line; and whether a safety limit became stricter."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from models.domain.business_time.limits import Limit
from models.domain.playbook.model import Category, Playbook, Route, Rung, Triage, length
from models.domain.words import Severity

Place = tuple[str, str, str]
"""Section, subject, field: ``("route", "leak|pre_existing||", "fix")``."""

SAFETY = "safety"
OF_SAFETY = frozenset({"acknowledge", "on_site_compound", "on_site_elsewhere", "make_safe"})
"""The limits that are for somebody's safety: stricter ones wait for nobody."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that one playbook says and the other does not, or says otherwise; None: it says nothing."""

    section: str
    subject: str
    field: str
    before: str | None
    after: str | None

    @property
    def stricter_safety(self) -> bool:
        """A safety limit that is new or shorter than before."""
        if self.section != SAFETY or self.field not in OF_SAFETY or self.after is None:
            return False
        return self.before is None or length(Limit.parse(self.after)) < length(Limit.parse(self.before))


def difference(before: Playbook, after: Playbook) -> tuple[Change, ...]:
    """Every change, in the order of the sections; nothing of names, versions, sources and comments."""
    old, new = dict(_lines(before)), dict(_lines(after))
    places = dict.fromkeys((*new, *old))
    return tuple(
        Change(*place, old.get(place), new.get(place)) for place in places if old.get(place) != new.get(place)
    )


def _lines(playbook: Playbook) -> Iterator[tuple[Place, str]]:
    yield from _safety(playbook)
    for kind, by_severity in playbook.limits.items():
        yield from ((("limits", str(kind), str(severity)), str(one)) for severity, one in by_severity.items())
    for kind, limit in playbook.round_two.items():
        yield ("round_two", str(kind), "limit"), str(limit)
    for category in playbook.categories.values():
        yield from _category(category)
    for route in playbook.routes:
        yield from _route(route)
    for place, rung in enumerate(playbook.ladder, start=1):
        yield from _rung(rung, place)
    yield from _triage(("triage", "", ""), playbook.triage)
    for fixer, who in playbook.verifiers.items():
        yield ("verifiers", fixer, "by"), _list(who)
    yield from _requests(playbook)
    for hazard in playbook.hazards.values():
        yield ("hazards", hazard.code, "category"), hazard.category
        yield ("hazards", hazard.code, "severity"), str(hazard.severity)


def _safety(playbook: Playbook) -> Iterator[tuple[Place, str]]:
    for severity, one in playbook.safety.items():
        limits = {
            "acknowledge": one.acknowledge,
            "on_site_compound": one.on_site_in_compound,
            "on_site_elsewhere": one.on_site_elsewhere,
            "make_safe": one.make_safe,
        }
        yield from (((SAFETY, str(severity), name), str(limit)) for name, limit in limits.items())
    if playbook.unconfirmed_danger is not None:
        yield (SAFETY, str(Severity.DANGER), "unconfirmed"), str(playbook.unconfirmed_danger)


def _category(one: Category) -> Iterator[tuple[Place, str]]:
    place = ("categories", one.code)
    yield (*place, "kind"), str(one.kind)
    yield (*place, "closure"), str(one.closure)
    yield (*place, "needs_origin"), "yes" if one.needs_origin else "no"
    for action, gates in one.gates.items():
        yield (*place, f"gates_{action}"), _list(sorted(gates))
    if one.barred:
        yield (*place, "barred"), _list(f"{begins:%H:%M}–{ends:%H:%M}" for begins, ends in one.barred)
    yield from _triage((*place, ""), one.triage)


def _triage(place: Place, one: Triage | None) -> Iterator[tuple[Place, str]]:
    if one is not None:
        section, subject, _ = place
        yield (section, subject, "triage_by"), str(one.by)
        for severity, limit in one.limits.items():
            yield (section, subject, f"triage_{severity}"), str(limit)


def _route(one: Route) -> Iterator[tuple[Place, str]]:
    conditions = (_list(sorted(one.origin)), str(one.severity or ""), _list(sorted(one.space)))
    place = ("routes", "|".join((one.category, *conditions)))
    yield (*place, "lead"), str(one.lead)
    for name, who in (("support", one.support), ("consult", one.consult), ("inform", one.inform)):
        if who:
            yield (*place, name), _list(who)
    yield from (((*place, str(kind)), str(limit)) for kind, limit in one.limits.items())
    yield from (((*place, f"support_{kind}"), str(limit)) for kind, limit in one.support_limits.items())


def _rung(one: Rung, place: int) -> Iterator[tuple[Place, str]]:
    here = ("ladder", one.code)
    yield (*here, "place"), str(place)
    yield (*here, "mark"), str(one.mark)
    yield (*here, "to"), _list(one.to)
    yield from (((*here, f"also_{late}"), _list(more)) for late, more in one.also.items())
    if one.percent is not None:
        yield (*here, "share"), f"{one.percent} %"
    yield from (((*here, f"past_{severity}"), str(limit)) for severity, limit in one.past.items())
    lengths = {"over": one.over, "under": one.under, "from": one.at_least, "repeat": one.repeat}
    yield from (((*here, name), str(limit)) for name, limit in lengths.items() if limit is not None)


def _requests(one: Playbook) -> Iterator[tuple[Place, str]]:
    yield ("deciders", "", "order"), _list(one.deciders)
    yield ("callbacks", "", "by"), str(one.callback_by or "")
    yield ("returns", "", "most"), str(one.returns_at_most)
    yield ("extensions", "", "most"), str(one.extensions_at_most)
    yield ("extensions", "", "share"), f"{one.extension_percent} %"
    yield ("reopening", "", "most"), str(one.reopens_by_reporter)
    limits = {"closure": one.objection, "reopening": one.reopen_within}
    yield from (((name, "", "limit"), str(limit)) for name, limit in limits.items() if limit is not None)
    if one.hold is not None:
        yield ("holds", "", "limit"), str(one.hold.at_most)
        yield ("holds", "", "most"), str(one.hold.renewals)
        yield ("holds", "", "reasons"), _list(one.hold.reasons)


def _list(many: Iterable[object]) -> str:
    return ", ".join(map(str, many))


def by_section(changes: Iterable[Change]) -> Mapping[str, list[Change]]:
    """The changes under their sections."""
    found: dict[str, list[Change]] = {}
    for one in changes:
        found.setdefault(one.section, []).append(one)
    return found
