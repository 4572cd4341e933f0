"""Walks of a story: `begin`, `finding`, `finish`."""

from collections.abc import Mapping

from models.domain.streams import StreamKey
from models.domain.words import Origin, Severity
from services.replay.around.kit import Doing, Done, Step
from services.store.transactions import transaction
from services.walks import acting
from services.walks.acting import NewFinding, Walker
from services.walks.reading import find_walk


def _begin(step: Step) -> Done:
    return Done(*acting.begin(_walker(step), step.site_id, Origin(step.words.get("origin", "unknown"))))


def _finding(step: Step) -> Done:
    said = step.words
    new = NewFinding(
        said["space"],
        said["hazard"],
        Severity(said.get("severity", "ordinary")),
        said.get("note", ""),
        [step.pictures(name) for name in said.get("pictures", ())],
    )
    return Done(step.begun, acting.note(_walker(step), step.begun, new))


def _finish(step: Step) -> Done:
    """`orders` = the keys in the story of the findings' orders, in the order of the findings."""
    walker = _walker(step)
    answer = acting.finish(walker, step.begun)
    if answer.refused is not None:
        return Done(step.begun, answer)
    with transaction(walker.shop.engine, walker.caller.site_ids) as sql:
        findings = find_walk(walker.shop, sql, walker.caller, step.begun).walk.findings
    made = [findings[number].order for number in sorted(findings, key=int)]
    orders = [StreamKey(step.site_id, number) for number in made if number is not None]
    return Done(step.begun, answer, orders)


def _walker(step: Step) -> Walker:
    return Walker(step.one.shop, step.one.settings, step.one.caller)


WALKS: Mapping[str, Doing] = {"begin": _begin, "finding": _finding, "finish": _finish}
