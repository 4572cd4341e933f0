"""Whether a playbook can work at a site: every order finds its parties, verifiers and deciders there.

A playbook may be right and still not fit: routes name capacities, and which party has one, whether somebody
answers there at night, and which rooms there are is the site's to say.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from models.domain.business_time.limits import Clock
from models.domain.directory import Capacity, Directory
from models.domain.playbook.duties import acting_capacities, obligations, supports, triages
from models.domain.playbook.locator import Path
from models.domain.playbook.model import (
    ACTING_PARTIES,
    COORDINATOR,
    DECIDER,
    HANDLER,
    PARTY_LEAD,
    REPORTER,
    VOLUNTEER,
    Category,
    Playbook,
    Route,
)
from models.domain.playbook.parse import ParsedPlaybook
from models.domain.playbook.problems import Problem, nearest
from models.domain.playbook.reader import Report
from models.domain.words import Origin, Severity


def validate(parsed: ParsedPlaybook, directory: Directory) -> list[Problem]:
    """Everything that keeps the playbook from working at the site, by line; empty means that it works.

    Refused are: a category without a route for an origin that it may have; two equally specific routes that
    fit the same order; a space, a lead, a triaging or calling party that the site has not; a 24x7 limit of a
    party without a duty roster; work that nobody but its fixer could verify (rule 3); a route on which every
    decider acts (rule 5); a rung that tells nobody.
    """
    report = Report(parsed.source)
    playbook = parsed.playbook
    for code, category in playbook.categories.items():
        _has_routes(code, category, playbook, report)
    _unambiguous(playbook.routes, report)
    _spaces(playbook.routes, directory, report)
    _somebody(playbook, directory, report)
    _round_the_clock(playbook, directory, report)
    _verifiers(playbook, directory, report)
    _deciders(playbook, directory, report)
    _ladder(playbook, directory, report)
    return sorted(set(report.problems))


def _has_routes(code: str, category: Category, playbook: Playbook, report: Report) -> None:
    path = ("categories", code)
    if all(route.category != code for route in playbook.routes):
        report.add(path, f"{code} has no route", f'add [[routes]] with category = "{code}"')
        return
    origins = [one for one in Origin if not (category.needs_origin and one is Origin.UNKNOWN)]
    # A room that no route names: what holds there holds in every room that may be added.
    missing = [
        (origin, severity)
        for origin in origins
        for severity in Severity
        if playbook.route_for(code, origin, severity, "") is None
    ]
    if missing:
        what = ", ".join(dict.fromkeys(origin for origin, _ in missing))
        severities = dict.fromkeys(severity for _, severity in missing)
        when = "" if len(severities) == len(Severity) else f" when it is {', '.join(severities)}"
        spaces = any(route.space for route in playbook.routes if route.category == code)
        where = ", in a space that no route names" if spaces else ""
        message = f"{code} has no route for origin {what}{when}{where}"
        report.add(path, message, f"add it to a route of {code}, or add one without conditions")


def _unambiguous(routes: Sequence[Route], report: Report) -> None:
    for (first, one), (second, other) in combinations(enumerate(routes), 2):
        if one.specificity == other.specificity and _meet(one, other):
            line = report.source.line(("routes", first))
            message = f"this route of {one.category} and that of line {line} fit the same order equally well"
            report.add(("routes", second), message, "tell them apart by origin, severity or space")


def _meet(one: Route, other: Route) -> bool:
    """Whether two routes with the same kinds of conditions can fit one order."""
    return (
        one.category == other.category
        and one.severity is other.severity
        and (not one.origin or bool(one.origin & other.origin))
        and (not one.space or bool(one.space & other.space))
    )


def _spaces(routes: Sequence[Route], directory: Directory, report: Report) -> None:
    for place, route in enumerate(routes):
        for space in sorted(route.space - directory.spaces.keys()):
            message = f'unknown space "{space}" at {directory.code}'
            report.add(("routes", place, "space"), message, nearest(space, directory.spaces))


def _somebody(playbook: Playbook, directory: Directory, report: Report) -> None:
    """Leads, triaging and calling parties are there."""
    for path, capacity in _needed(playbook):
        if not directory.with_capacity(capacity):
            message = f"nobody at {directory.code} is {capacity}"
            report.add(path, message, "name another, or give a party of the site this capacity")


def _needed(playbook: Playbook) -> Iterator[tuple[Path, Capacity]]:
    yield from ((("routes", place, "lead"), route.lead) for place, route in enumerate(playbook.routes))
    yield from (((*path, "by"), triage.by) for triage, path in triages(playbook))
    if playbook.callback_by:
        yield ("callbacks", "by"), playbook.callback_by


def _round_the_clock(playbook: Playbook, directory: Directory, report: Report) -> None:
    """A 24x7 limit can only be kept by a party where somebody answers round the clock."""
    told = set()
    for capacity, limit, path in obligations(playbook):
        for party in directory.with_capacity(capacity):
            # One of a table is enough: the others have the same cure.
            where = (party, path[:2])
            if limit.clock is Clock.ALWAYS and not directory.parties[party].duty_roster and where not in told:
                told.add(where)
                message = f'"{limit}" runs day and night, but {party} has no duty roster'
                remedy = f"write it in WD or WH, or give {party} duty_roster = true and its turns"
                report.add(path, message, remedy)


def _verifiers(playbook: Playbook, directory: Directory, report: Report) -> None:
    """Rules 3 and 6: work is verified by somebody else."""
    for capacity, path in acting_capacities(playbook).items():
        if not playbook.verifiers.get(capacity):
            remedy = f'add {capacity} = ["…"] to [verifiers]'
            report.add(path, f"nobody verifies the work of {capacity}", remedy)
            continue
        for party in directory.with_capacity(capacity):
            names = [
                name
                for own in directory.parties[party].capacities
                for name in playbook.verifiers.get(own, ())
            ]
            others = {one for name in names for one in _who(name, directory)} - {party}
            if not others:
                message = f"at {directory.code} nobody but {party} itself could verify its work (rule 3)"
                report.add(
                    ("verifiers", capacity), message, "name a capacity that another party of the site has"
                )


def _who(name: str, directory: Directory) -> tuple[str, ...]:
    return (name,) if name in {REPORTER, VOLUNTEER} else directory.with_capacity(Capacity(name))


def _deciders(playbook: Playbook, directory: Directory, report: Report) -> None:
    """Rule 5: on every route somebody is left who does not act. Who is nominated is not known beforehand."""
    if not playbook.deciders:
        return
    able = {party for capacity in playbook.deciders for party in directory.with_capacity(capacity)}
    if not able:
        message = f"nobody at {directory.code} could decide a request"
        report.add(("deciders", "order"), message, "name a capacity that a party of the site has")
        return
    for place, route in enumerate(playbook.routes):
        if any(able <= acting for acting in _acting(route, playbook, directory)):
            message = f"every decider acts on {route.category}, so nobody could decide a request (rule 5)"
            remedy = "add a capacity that does not act to [deciders], or let one of them only consult"
            report.add(("routes", place), message, remedy)


def _acting(route: Route, playbook: Playbook, directory: Directory) -> Iterator[set[str]]:
    """The parties that may act together on an order of the route."""
    before = playbook.routes if ACTING_PARTIES in route.support else (route,)
    for other in before:
        capacities = {route.lead, *supports(route), other.lead, *supports(other)}
        yield {party for party in map(directory.first_of, ([one] for one in capacities)) if party}


def _ladder(playbook: Playbook, directory: Directory, report: Report) -> None:
    for place, rung in enumerate(playbook.ladder):
        if not any(_is_told(to, playbook, directory) for to in rung.to):
            message = f"at {directory.code} the rung {rung.code} tells nobody"
            remedy = "name party_lead, or a capacity that a party of the site has"
            report.add(("ladder", place, "to"), message, remedy)


def _is_told(recipient: str, playbook: Playbook, directory: Directory) -> bool:
    if recipient in {HANDLER, PARTY_LEAD}:
        return True
    if recipient == DECIDER:
        return directory.first_of(playbook.deciders) is not None
    # The coordinator is the committee's.
    capacity = Capacity.COMMITTEE if recipient == COORDINATOR else Capacity(recipient)
    return bool(directory.with_capacity(capacity))
