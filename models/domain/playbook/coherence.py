"""Whether the parts of a playbook fit one another; needs no site."""

from collections.abc import Iterable
from itertools import pairwise

from models.domain.playbook.locator import Path
from models.domain.playbook.model import Mark, Playbook, Rung, length
from models.domain.playbook.problems import nearest
from models.domain.playbook.reader import Report
from models.domain.words import Severity


def check(playbook: Playbook, report: Report) -> None:
    """Report what stands twice, refers to nothing, or can never come about."""
    _categories(playbook, report)
    _routes(playbook, report)
    _hazards(playbook, report)
    _ladder(playbook.ladder, report)
    _requests(playbook, report)


def _categories(playbook: Playbook, report: Report) -> None:
    for code, category in playbook.categories.items():
        path = ("categories", code)
        wanted = category.needs_origin and not report.flawed(*path)
        if wanted and category.triage is None and playbook.triage is None:
            message = f"{code} needs an origin, but nobody finds it out"
            report.add((*path, "needs_origin"), message, f"add triage to [categories.{code}], or a [triage]")
    if playbook.unconfirmed_danger is not None and playbook.triage is None:
        message = "an unconfirmed danger wakes the triaging party, but there is none"
        report.add(("safety", "danger", "unconfirmed"), message, "add a [triage], or remove unconfirmed")


def _routes(playbook: Playbook, report: Report) -> None:
    seen: dict[object, int] = {}
    for place, route in enumerate(playbook.routes):
        path = ("routes", place)
        if report.flawed(*path):
            continue
        if route.category and route.category not in playbook.categories:
            message = f'a route of the unknown category "{route.category}"'
            report.add((*path, "category"), message, nearest(route.category, playbook.categories))
        conditions = (route.category, route.origin, route.severity, route.space)
        first = seen.setdefault(conditions, place)
        if first != place:
            line = report.source.line(("routes", first))
            message = f"a second route of {route.category} under the same conditions as line {line}"
            report.add(path, message, "remove one, or give it another origin, severity or space")


def _hazards(playbook: Playbook, report: Report) -> None:
    for code, hazard in playbook.hazards.items():
        path = ("hazards", code, "category")
        if hazard.category not in playbook.categories and not report.flawed(*path):
            message = f'a hazard of the unknown category "{hazard.category}"'
            report.add(path, message, nearest(hazard.category, playbook.categories))


def _ladder(ladder: tuple[Rung, ...], report: Report) -> None:
    if report.flawed("ladder"):
        return
    codes = [rung.code for rung in ladder]
    for place, rung in enumerate(ladder):
        path = ("ladder", place)
        if rung.code and rung.code in codes[:place]:
            report.add((*path, "code"), f"a second rung {rung.code}", "give each rung a code of its own")
        if rung.repeat is not None and place + 1 < len(ladder):
            message = f"the rung {rung.code} repeats, but {codes[place + 1]} comes after it"
            report.add((*path, "repeat"), message, "let only the last rung repeat")
    for place, (lower, higher) in enumerate(pairwise(ladder), start=1):
        if any(_height(higher, severity) < _height(lower, severity) for severity in Severity):
            message = f"the rung {higher.code} is reached before {lower.code}, which stands above it"
            report.add(("ladder", place), message, "order the rungs by when they are reached")
    _red(ladder, report)


def _height(rung: Rung, severity: Severity) -> tuple[int, int]:
    past = rung.past.get(severity)
    return (100 if rung.percent is None else rung.percent, length(past) if past else 0)


def _red(ladder: tuple[Rung, ...], report: Report) -> None:
    """Overdue means that the red rung was reached: there is one, at the due instant of every limit."""
    red = [place for place, rung in enumerate(ladder) if rung.mark is Mark.RED]
    if not red:
        message = "no rung is marked red: nothing would ever be overdue"
        report.add(("ladder",), message, 'add a rung with mark = "red"')
    for place in red[1:]:
        line = report.source.line(("ladder", red[0]))
        report.add(("ladder", place, "mark"), f"a second red rung beside line {line}", 'write mark = "urge"')
    conditions = ("share", "past", "past_danger", "limits_over", "limits_under", "limits_from")
    for place in red:
        for path in _written(report, ("ladder", place), conditions):
            message = f"{path[-1]} of the red rung, which stands at the due instant of every limit"
            report.add(path, message, f"remove {path[-1]}")


def _written(report: Report, path: Path, keys: Iterable[str]) -> list[Path]:
    return [(*path, key) for key in keys if (*path, key) in report.source.places]


def _requests(playbook: Playbook, report: Report) -> None:
    """Rule 5: each request is decided by somebody."""
    asked = {
        "returns": playbook.returns_at_most > 0,
        "holds": playbook.hold is not None,
        "extensions": playbook.extensions_at_most > 0,
    }
    for kind, possible in asked.items():
        if possible and not playbook.deciders:
            report.add((kind,), f"{kind} are asked for, but nobody decides", "add [deciders] with an order")
