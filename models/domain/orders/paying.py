"""Who pays: proposed by rule with its reasons, confirmed by a person (domain.md, Who pays).

Danger first: the place is made safe before anybody asks who pays. Then the first line of the rule that holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from models.domain.directory import Capacity
from models.domain.words import Origin


class Ground(StrEnum):
    """Why somebody pays; in the order of the rule."""

    REWORK = "rework"
    """Found during works, or failed acceptance (质量管理条例 §32)."""
    WARRANTY = "warranty"
    """Inside the warranty, counted from the completion acceptance 竣工验收合格 (§40–41)."""
    UTILITY = "utility"
    """The utility's side, up to the meter."""
    DAMAGE = "damage"
    """Damage by a person."""
    SHARED = "shared"
    """Shared parts out of warranty: the maintenance fund."""
    UPKEEP = "upkeep"
    """Daily upkeep."""
    OLD_DEFECT = "old_defect"
    """An old defect of the station's own building: its owner."""
    AGREED = "agreed"
    """The minutes of a coordination meeting say so."""


class Circumstance(StrEnum):
    """What nobody can read off the order; a person looks and says."""

    UTILITY_SIDE = "utility_side"
    SHARED_PART = "shared_part"
    UPKEEP = "upkeep"


FUND, CULPRIT = "fund", "culprit"
"""Payers that are no party: the maintenance fund 维修资金, and whoever did the damage."""
OTHERS = frozenset({FUND, CULPRIT})


@dataclass(frozen=True, slots=True)
class Payment:
    """Who pays and why, as a person confirmed it or minutes say. `meeting`: whose minutes."""

    payer: str
    ground: Ground
    by: str | None = None
    meeting: int | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """A warranty item of the completion acceptance that covers the order's space and kind of trouble."""

    what: str
    """What is covered, as its record calls it: waterproofing."""
    starts_on: date
    ends_on: date
    contractor: str | None = None
    """The party that owes it; None: the site's contractor."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule looks at."""

    day: date
    """On which the trouble was reported, in the site's time."""
    origin: Origin
    unsafe: bool = False
    failed_acceptance: bool = False
    covers: tuple[Cover, ...] = ()
    circumstance: Circumstance | None = None
    parties: Mapping[Capacity, str] = field(default_factory=dict)
    """The first party of a capacity at the site."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the rule: whether it holds, and the fact that decides it, as a code with its values."""

    ground: Ground
    holds: bool
    why: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rule proposes. Without a payer it stays 费用待定, and the work goes on."""

    origin: Origin
    ground: Ground | None
    payer: str | None
    reasons: tuple[Reason, ...]
    safe_first: bool


def propose(facts: Facts) -> Proposal:
    """The first line that holds, with all lines up to it."""
    reasons: list[Reason] = []
    for one in _lines(facts):
        reasons.append(one)
        if one.holds:
            break
    last = reasons[-1]
    ground = last.ground if last.holds else None
    payer = _payer(ground, facts) if ground else None
    return Proposal(_ORIGINS.get(ground, facts.origin), ground, payer, tuple(reasons), facts.unsafe)


_ORIGINS: Mapping[Ground | None, Origin] = {
    Ground.REWORK: Origin.CONSTRUCTION,
    Ground.WARRANTY: Origin.WARRANTY,
    Ground.DAMAGE: Origin.MISUSE,
    Ground.OLD_DEFECT: Origin.PRE_EXISTING,
}
_BY_CAPACITY: Mapping[Ground, Capacity] = {
    Ground.REWORK: Capacity.CONTRACTOR,
    Ground.WARRANTY: Capacity.CONTRACTOR,
    Ground.UTILITY: Capacity.UTILITY,
    Ground.UPKEEP: Capacity.PROPERTY,
    Ground.OLD_DEFECT: Capacity.ASSET_COMPANY,
}


def _payer(ground: Ground, facts: Facts) -> str | None:
    if ground in {Ground.DAMAGE, Ground.SHARED}:
        return CULPRIT if ground is Ground.DAMAGE else FUND
    cover = _running(facts) if ground is Ground.WARRANTY else None
    if cover is not None and cover.contractor is not None:
        return cover.contractor
    return facts.parties.get(_BY_CAPACITY[ground])


def _running(facts: Facts) -> Cover | None:
    """The cover that lasts longest, the last day included."""
    running = [one for one in facts.covers if one.starts_on <= facts.day <= one.ends_on]
    return max(running, key=lambda one: one.ends_on, default=None)


def _lines(facts: Facts) -> Iterator[Reason]:
    origin, circumstance = facts.origin, facts.circumstance
    yield _rework(facts)
    yield _warranty(facts)
    if origin is not Origin.MISUSE:
        utility = circumstance is Circumstance.UTILITY_SIDE
        yield Reason(Ground.UTILITY, utility, "utility_side" if utility else "not_said_utility")
    misuse = origin is Origin.MISUSE
    yield Reason(Ground.DAMAGE, misuse, "origin_misuse" if misuse else "not_misuse")
    shared = circumstance is Circumstance.SHARED_PART
    yield Reason(Ground.SHARED, shared, "shared_part" if shared else "not_said_shared")
    upkeep = circumstance is Circumstance.UPKEEP
    yield Reason(Ground.UPKEEP, upkeep, "upkeep" if upkeep else "not_said_upkeep")
    old = origin is Origin.PRE_EXISTING
    yield Reason(Ground.OLD_DEFECT, old, "origin_old" if old else "origin_open")


def _rework(facts: Facts) -> Reason:
    if facts.failed_acceptance:
        return Reason(Ground.REWORK, holds=True, why="failed_acceptance")
    if facts.origin is Origin.CONSTRUCTION:
        return Reason(Ground.REWORK, holds=True, why="origin_construction")
    return Reason(Ground.REWORK, holds=False, why="not_works")


def _warranty(facts: Facts) -> Reason:
    """Wear by a person and what was there before the works are no warranty's, whatever the date."""
    if facts.origin in {Origin.MISUSE, Origin.PRE_EXISTING}:
        return Reason(Ground.WARRANTY, holds=False, why="not_of_the_works")
    cover = _running(facts)
    if cover is not None:
        values = {"what": cover.what, "until": cover.ends_on.isoformat()}
        return Reason(Ground.WARRANTY, holds=True, why="covered", values=values)
    over = max(facts.covers, key=lambda one: one.ends_on, default=None)
    if over is not None:
        values = {"what": over.what, "until": over.ends_on.isoformat()}
        return Reason(Ground.WARRANTY, holds=False, why="warranty_over", values=values)
    if facts.origin is Origin.WARRANTY:
        return Reason(Ground.WARRANTY, holds=True, why="origin_warranty")
    return Reason(Ground.WARRANTY, holds=False, why="no_certificate")
