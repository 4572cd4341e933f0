"""A comparison of two backtests as data: what `simulate --json` prints and the API answers."""

from collections.abc import Mapping
from typing import Any

from models.domain.backtest.outcome import Comparison, Outcome, Tally
from models.domain.directory import Directory

MARKS = ("yellow", "red", "urge", "supervise")
MOST_NAMED = 200
"""Cases named in each list; how many there are is told beside it."""


def report_of(found: Comparison, site: Directory) -> dict[str, Any]:
    """Before and after, in all and by party; the cases whose lateness the change decides, by name."""
    return {
        "cases": found.after.cases,
        "before": _outcome(found.before),
        "after": _outcome(found.after),
        "parties": [
            {
                "party": code,
                "name": site.parties[code].name if code in site.parties else code,
                "name_en": site.parties[code].name_en if code in site.parties else code,
                "before": _tally(before),
                "after": _tally(after),
            }
            for code, (before, after) in found.parties.items()
        ],
        "newly_late": found.newly_late[:MOST_NAMED],
        "newly_late_count": len(found.newly_late),
        "no_longer_late": found.no_longer_late[:MOST_NAMED],
        "no_longer_late_count": len(found.no_longer_late),
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    tallies = one.parties.values()
    return {
        "closed": one.closed,
        "unrouted": one.unrouted,
        "late_cases": len(one.late),
        "limits": sum(each.limits for each in tallies),
        "late": sum(each.late for each in tallies),
        "steps": {mark: sum(each.steps[mark] for each in tallies) for mark in MARKS},
        "sent": sum(each.sent for each in tallies),
        "not_allowed": dict(one.not_allowed.most_common()),
        "unknown": dict(one.unknown.most_common()),
    }


def _tally(one: Tally) -> Mapping[str, Any]:
    return {
        "dispatched": one.dispatched,
        "limits": one.limits,
        "late": one.late,
        "steps": {mark: one.steps[mark] for mark in MARKS},
        "sent": one.sent,
    }
