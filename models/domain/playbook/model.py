"""办理规则 as data: what a playbook says, once it was read and found whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Capacity
from models.domain.words import DeadlineKind, Origin, Severity


class OrderKind(StrEnum):
    """硬件问题, 扰民, 居民疑问, 场地."""

    DEFECT = "defect"
    NOISE = "noise"
    QUESTION = "question"
    VENUE = "venue"


class Closure(StrEnum):
    """How work of a category ends: verified by somebody else, or 'helped' and not objected to in time."""

    VERIFY = "verify"
    HELPED = "helped"


ACTING_PARTIES = "acting"
"""In a route's support: whoever already acts on the order when it is reclassified."""


class Gate(StrEnum):
    """Evidence without which a step is refused."""

    PHOTO = "photo"
    AFTER_PHOTO = "after_photo"


GATES: Mapping[str, tuple[Gate, ...]] = {"triage": (Gate.PHOTO,), "done": (Gate.AFTER_PHOTO,)}
"""The actions that a gate may stand before, and what it may ask there."""


@dataclass(frozen=True, slots=True)
class Triage:
    """定责: who finds out category or origin, and within which limit, by severity."""

    by: Capacity
    limits: Mapping[Severity, Limit]


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of trouble that can be reported."""

    code: str
    kind: OrderKind
    name: str
    name_en: str
    examples: tuple[str, ...] = ()
    needs_origin: bool = False
    closure: Closure = Closure.VERIFY
    gates: Mapping[str, frozenset[Gate]] = field(default_factory=dict)
    """By action name (``done``, ``triage``)."""
    triage: Triage | None = None
    barred: tuple[tuple[time, time], ...] = ()
    """Local hours in which it is forbidden, from and to; may run over midnight.

    Whoever makes the noise then is at work, so that the dispatch does not wait for working hours.
    """

    def bars(self, hour: time) -> bool:
        """Whether it is forbidden at this local time; what ends at six is allowed at six."""
        return any(
            begins <= hour < ends if begins < ends else hour >= begins or hour < ends
            for begins, ends in self.barred
        )


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a walk 巡查 looks for: the category that a finding of it is reported under."""

    code: str
    name: str
    name_en: str
    category: str
    severity: Severity = Severity.ORDINARY
    """What a finding of it is taken for, unless whoever walks says otherwise."""


@dataclass(frozen=True, slots=True)
class Route:
    """Which capacities an order goes to; the most specific of the matching routes is taken."""

    category: str
    lead: Capacity
    support: tuple[str, ...] = ()
    """Capacities, or ACTING_PARTIES."""
    consult: tuple[Capacity, ...] = ()
    inform: tuple[Capacity, ...] = ()
    origin: frozenset[Origin] = frozenset()
    severity: Severity | None = None
    space: frozenset[str] = frozenset()
    limits: Mapping[DeadlineKind, Limit] = field(default_factory=dict)
    support_limits: Mapping[DeadlineKind, Limit] = field(default_factory=dict)
    """What differs for support; where it is silent, support has the lead's limits."""

    def fits(self, category: str, origin: Origin, severity: Severity, space: str) -> bool:
        """Whether every condition that the route states is met."""
        return (
            category == self.category
            and (not self.origin or origin in self.origin)
            and self.severity in {None, severity}
            and (not self.space or space in self.space)
        )

    @property
    def specificity(self) -> tuple[bool, bool, bool]:
        """Greater means more specific: a named space, then a severity, then an origin."""
        return (bool(self.space), self.severity is not None, bool(self.origin))


@dataclass(frozen=True, slots=True)
class SeverityText:
    """How a severity is shown; priority 1 is listed first."""

    name: str
    name_en: str
    priority: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SafetyLimits:
    """The limits that a severity sets over every category; they put a category's own aside."""

    acknowledge: Limit
    on_site_in_compound: Limit
    on_site_elsewhere: Limit
    make_safe: Limit


class Mark(StrEnum):
    """What a rung makes of the order: 临期, 超期, 催办, 督办."""

    YELLOW = "yellow"
    RED = "red"
    URGE = "urge"
    SUPERVISE = "supervise"


HANDLER, PARTY_LEAD, COORDINATOR, DECIDER = "handler", "party_lead", "coordinator", "decider"
"""Whom a rung may tell by relation to the order; it may name a capacity instead (its lead is told)."""

REPORTER, VOLUNTEER = "reporter", "volunteer"
"""People, not parties, who may verify the committee's own work."""


def length(limit: Limit) -> int:
    """Seconds by which limits of different clocks are compared: five working days are a week."""
    return limit.days * _WEEK // 5 if limit.clock is Clock.WORKING_DAYS else limit.seconds


_WEEK = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder: when it is reached, whom it tells, what it marks.

    `percent` is a part of the limit; otherwise `past` is how long past the due instant, by severity.
    The three lengths say for which limits it stands: strictly longer, strictly shorter, at least as long.
    """

    code: str
    mark: Mark
    to: tuple[str, ...]
    also: Mapping[Capacity, tuple[Capacity, ...]] = field(default_factory=dict)
    """Capacities told in addition when the late party has the capacity."""
    percent: int | None = None
    past: Mapping[Severity, Limit] = field(default_factory=dict)
    over: Limit | None = None
    under: Limit | None = None
    at_least: Limit | None = None
    repeat: Limit | None = None
    """Reached again after this much more, for as long as it is late."""

    def stands_for(self, limit: Limit | None) -> bool:
        """Whether it is part of the ladder of a deadline with this limit (None: set by hand or import)."""
        if limit is None:
            return self.under is None and self.over is None
        return (
            (self.over is None or length(limit) > length(self.over))
            and (self.under is None or length(limit) < length(self.under))
            and (self.at_least is None or length(limit) >= length(self.at_least))
        )


@dataclass(frozen=True, slots=True)
class HoldRules:
    """暂缓 (rule 8): the reasons there are with their names by language, how long, how often."""

    reasons: Mapping[str, Mapping[str, str]]
    at_most: Limit
    renewals: int


@dataclass(frozen=True)
class Playbook:
    """A whole playbook. Orders pin `code`, `version` and `digest` (SHA-256 of its source, hexadecimal)."""

    code: str
    version: int
    digest: str
    name: str
    name_en: str
    sources: tuple[str, ...]
    severities: Mapping[Severity, SeverityText]
    categories: Mapping[str, Category]
    routes: tuple[Route, ...]
    limits: Mapping[DeadlineKind, Mapping[Severity, Limit]]
    """Those that hold for every category: contact, decide, review, redo, callback. None set: not measured."""
    safety: Mapping[Severity, SafetyLimits]
    unconfirmed_danger: Limit | None
    """How long an anonymous danger wakes only the triaging party; None: until a person confirms it."""
    triage: Triage | None
    """For a report without a category, and for categories without a triage of their own; None: unrouted."""
    deciders: tuple[Capacity, ...]
    verifiers: Mapping[Capacity, tuple[str, ...]]
    """By the fixer's capacity: capacities, or REPORTER and VOLUNTEER."""
    callback_by: Capacity | None
    """None: reporters are not called back."""
    objection: Limit | None
    """How long an answered question or venue stays open to objection; None: until it is said to help."""
    returns_at_most: int
    """0: there are no returns."""
    hold: HoldRules | None
    """None: there are no holds."""
    extensions_at_most: int
    """0: there are no extensions."""
    extension_percent: int
    """At most this part of the original limit."""
    reopen_within: Limit | None
    """None: what is closed stays closed."""
    reopens_by_reporter: int
    round_two: Mapping[DeadlineKind, Limit]
    """What replaces the limits in a round after a reopening (contact 3 WD, …)."""
    ladder: tuple[Rung, ...]
    notice_budget: int = 3
    """How many ordinary notices an order that stays on time may cost a handler."""
    hazards: Mapping[str, Hazard] = field(default_factory=dict)
    """What walks look for, in this order; none: there are no walks."""

    def route_for(self, category: str, origin: Origin, severity: Severity, space: str) -> Route | None:
        """The most specific route that fits, the first of the file among equals; None where none fits."""
        fitting = [route for route in self.routes if route.fits(category, origin, severity, space)]
        return max(fitting, key=lambda route: route.specificity, default=None)

    def limit(self, kind: DeadlineKind, severity: Severity) -> Limit | None:
        """The general limit of a kind for a severity, the ordinary one where it names no other."""
        by_severity = self.limits.get(kind, {})
        return by_severity.get(severity, by_severity.get(Severity.ORDINARY))
