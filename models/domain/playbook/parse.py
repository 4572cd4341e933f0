"""办理规则 from their TOML text: whole, or not at all.

What may be left out, and what that means:

- a limit: the deadline does not exist, and what it would measure is 'not measured';
- `[severities.*]`: the names of `domain.md`;
- `[safety.*]`: severity sets no limits over the categories';
- `[triage]`: a report without a category is unrouted;
- `[deciders]`, `[returns]`, `[holds]`, `[extensions]`, `[reopening]`: there are no such requests;
- `[callbacks]`: nobody calls back; `[closure.helped]`: silence closes nothing;
- `[round_two]`: a reopened order has the limits of its first round;
- `[hazards.*]`: there are no walks.

`designated_may_return`, `before_safe`, `before_due` and the deciders' `role` are said for the reader:
rules 4, 5 and 8 never bend, so a file may state them but not state otherwise.
"""

from dataclasses import dataclass
from datetime import time
from typing import Final

from models.domain.business_time.limits import Limit
from models.domain.directory import Capacity
from models.domain.playbook import reader as r
from models.domain.playbook.coherence import check
from models.domain.playbook.model import (
    GATES,
    REPORTER,
    VOLUNTEER,
    Category,
    Closure,
    Gate,
    Hazard,
    HoldRules,
    OrderKind,
    Playbook,
    SafetyLimits,
    SeverityText,
    Triage,
)
from models.domain.playbook.parse_ladder import rung
from models.domain.playbook.parse_routes import route
from models.domain.playbook.source import Source
from models.domain.words import DeadlineKind, Severity

_SEVERITIES: Final = {
    Severity.DANGER: SeverityText("危险", "Danger", 1),
    Severity.ORDINARY: SeverityText("一般", "Ordinary", 2),
}
_GENERAL: Final = (
    DeadlineKind.CONTACT,
    DeadlineKind.DECIDE,
    DeadlineKind.REVIEW,
    DeadlineKind.REDO,
    DeadlineKind.CALLBACK,
)
_ROUND_TWO: Final = (DeadlineKind.CONTACT, DeadlineKind.PLAN)
_VERIFIERS: Final = (*map(str, Capacity), REPORTER, VOLUNTEER)
_MAX_COUNT: Final = 99
_MAX_VERSION: Final = 1_000_000

_capacity: Final = r.word(Capacity)


@dataclass(frozen=True)
class ParsedPlaybook:
    """A playbook beside its source, so that what `validate` finds has a line."""

    playbook: Playbook
    source: Source


def parse_playbook(name: str, text: str) -> Playbook:
    """The playbook that `text` says; `name` of the file is for problems.

    Raises:
        PlaybookError: with every problem found: no TOML, unknown keys and words, wrong types, limits that
            cannot be read, what stands twice, references to nothing, a ladder that cannot be climbed.
    """
    return read_playbook(name, text).playbook


def read_playbook(name: str, text: str) -> ParsedPlaybook:
    """As `parse_playbook`, with the places that `validate` needs.

    Raises:
        PlaybookError: as `parse_playbook`.
    """
    return _understood(Source.read(name, text))


def _understood(source: Source) -> ParsedPlaybook:
    report = r.Report(source)
    playbook = r.table(_playbook)(r.Value(report, (), source.tree))
    check(playbook, report)
    report.close()
    return ParsedPlaybook(playbook, source)


def _playbook(t: r.Table) -> Playbook:
    code, version, name, name_en, sources = t.need("playbook", r.table(_head))
    safety = t.get("safety", r.entries(r.word(Severity), r.table(_safety))) or {}
    danger = safety.get(Severity.DANGER)
    severities = t.get("severities", r.entries(r.word(Severity), r.table(_severity))) or {}
    returns = t.take("returns", r.table(_returns), 0)
    extensions = t.get("extensions", r.table(_extensions)) or (0, 0)
    reopening = t.get("reopening", r.table(_reopening)) or (None, 0)
    return Playbook(
        code=code,
        version=version,
        digest=t.value.report.source.digest,
        name=name,
        name_en=name_en,
        sources=sources,
        severities=_SEVERITIES | severities,
        categories=t.need("categories", r.entries(r.code, r.table(_category))),
        routes=t.need("routes", r.each(r.table(route))),
        limits=t.take("limits", r.table(_limits), {}),
        safety={severity: limits for severity, (limits, _) in safety.items()},
        unconfirmed_danger=danger[1] if danger else None,
        triage=t.get("triage", r.table(_triage)),
        deciders=t.take("deciders", r.table(_deciders), ()),
        verifiers=t.need("verifiers", r.entries(_capacity, r.distinct(r.known(_VERIFIERS, "verifier")))),
        callback_by=t.get("callbacks", r.table(lambda callbacks: callbacks.need("by", _capacity))),
        objection=t.take("closure", r.table(_closure), None),
        returns_at_most=returns,
        hold=t.get("holds", r.table(_holds)),
        extensions_at_most=extensions[0],
        extension_percent=extensions[1],
        reopen_within=reopening[0],
        reopens_by_reporter=reopening[1],
        round_two=t.take("round_two", r.table(_round_two), {}),
        ladder=t.need("ladder", r.each(r.table(rung))),
        hazards=t.take("hazards", r.entries(r.code, r.table(_hazard)), {}),
    )


def _head(t: r.Table) -> tuple[str, int, str, str, tuple[str, ...]]:
    name = t.need("name", r.text)
    return (
        t.need("code", r.code),
        t.need("version", r.number(1, _MAX_VERSION)),
        name,
        t.take("name_en", r.text, name),
        t.take("sources", r.each(r.text), ()),
    )


def _severity(t: r.Table) -> SeverityText:
    name = t.need("name", r.text)
    return SeverityText(
        name=name,
        name_en=t.take("name_en", r.text, name),
        priority=t.need("priority", r.number(1, _MAX_COUNT)),
        examples=t.take("examples", r.each(r.text), ()),
    )


def _safety(t: r.Table) -> tuple[SafetyLimits, Limit | None]:
    compound, elsewhere = t.need("on_site", r.table(_on_site))
    limits = SafetyLimits(
        acknowledge=t.need("acknowledge", r.limit),
        on_site_in_compound=compound,
        on_site_elsewhere=elsewhere,
        make_safe=t.need("make_safe", r.limit),
    )
    danger = t.value.path[-1] == Severity.DANGER
    return limits, t.get("unconfirmed", r.limit) if danger else None


def _on_site(t: r.Table) -> tuple[Limit, Limit]:
    return t.need("compound", r.limit), t.need("elsewhere", r.limit)


def _limits(t: r.Table) -> dict[DeadlineKind, dict[Severity, Limit]]:
    limits: dict[DeadlineKind, dict[Severity, Limit]] = {}
    for kind in _GENERAL:
        keys = {Severity.ORDINARY: str(kind), Severity.DANGER: f"{kind}_{Severity.DANGER}"}
        found = {severity: t.need(key, r.limit) for severity, key in keys.items() if key in t}
        if found:
            limits[kind] = found
    return limits


def _triage(t: r.Table) -> Triage:
    by = t.need("by", _capacity)
    ordinary = t.need("limit", r.limit)
    return Triage(by, {Severity.ORDINARY: ordinary, Severity.DANGER: t.take("danger", r.limit, ordinary)})


def _deciders(t: r.Table) -> tuple[Capacity, ...]:
    t.get("role", r.stated("lead", "it is the party's lead who decides (rule 5)"))
    return t.need("order", r.distinct(_capacity))


def _closure(t: r.Table) -> Limit | None:
    return t.take(Closure.HELPED, r.table(lambda helped: helped.get("objection", r.limit)), None)


def _returns(t: r.Table) -> int:
    t.get(
        "designated_may_return",
        r.stated(False, "whom the decider designates may not return the order again (rule 4)"),  # noqa: FBT003
    )
    return t.need("max_per_order", r.number(0, _MAX_COUNT))


def _holds(t: r.Table) -> HoldRules:
    t.get("before_safe", r.stated(False, "there is no hold before the place is safe (rule 8)"))  # noqa: FBT003
    reasons = t.need("reasons", r.each(r.table(_reason)))
    codes = [code for code, _, _ in reasons]
    for place, code in enumerate(codes):
        if code and code in codes[:place]:
            t.refuse(
                ("reasons", place, "code"), f'a second reason "{code}"', "give each reason a code of its own"
            )
    return HoldRules(
        reasons={code: {"zh": name, "en": name_en} for code, name, name_en in reasons},
        at_most=t.need("max", r.limit),
        renewals=t.need("renewals", r.number(0, _MAX_COUNT)),
    )


def _reason(t: r.Table) -> tuple[str, str, str]:
    name = t.need("name", r.text)
    return t.need("code", r.code), name, t.take("name_en", r.text, name)


def _extensions(t: r.Table) -> tuple[int, int]:
    t.get("before_due", r.stated(True, "an extension is asked before the limit (rule 8)"))  # noqa: FBT003
    return t.need("max_per_assignment", r.number(0, _MAX_COUNT)), t.need("max_share", r.percent)


def _reopening(t: r.Table) -> tuple[Limit, int]:
    return t.need("within", r.limit), t.need("max_by_reporter", r.number(0, _MAX_COUNT))


def _round_two(t: r.Table) -> dict[DeadlineKind, Limit]:
    return {kind: t.need(kind, r.limit) for kind in _ROUND_TWO if kind in t}


def _category(t: r.Table) -> Category:
    name = t.need("name", r.text)
    return Category(
        code=str(t.value.path[-1]),
        kind=t.need("kind", r.word(OrderKind, "kind")),
        name=name,
        name_en=t.take("name_en", r.text, name),
        examples=t.take("examples", r.each(r.text), ()),
        needs_origin=t.take("needs_origin", r.flag, default=False),
        closure=t.take("closure", r.word(Closure), Closure.VERIFY),
        gates=t.take("gates", r.entries(r.known(GATES, "gated action"), _evidence), {}),
        triage=t.get("triage", r.table(_triage)),
        barred=t.take("barred", r.each(r.table(_hours)), ()),
    )


def _hazard(t: r.Table) -> Hazard:
    name = t.need("name", r.text)
    return Hazard(
        code=str(t.value.path[-1]),
        name=name,
        name_en=t.take("name_en", r.text, name),
        category=t.need("category", r.text),
        severity=t.take("severity", r.word(Severity), Severity.ORDINARY),
    )


def _evidence(value: r.Value) -> frozenset[Gate]:
    fitting = GATES.get(str(value.path[-1]), tuple(Gate))
    return frozenset(map(Gate, r.distinct(r.known(fitting, "gate"))(value)))


def _hours(t: r.Table) -> tuple[time, time]:
    begins, ends = t.need("from", r.local_time), t.need("to", r.local_time)
    if begins == ends:
        t.refuse(("to",), "the hours end when they begin", "write two different times")
    return begins, ends
