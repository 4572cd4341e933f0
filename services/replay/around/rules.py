"""Changed rules of a story: `propose`, `consent`, `object`, `rule`, `withdraw`."""

from collections.abc import Mapping

from services.matters.rules import acting, editing
from services.replay.around.kit import Doing, Done, Step


def _propose(step: Step) -> Done:
    """`change` = pairs of lines: as it stands in the rules in force, and as it shall be."""
    text = editing.in_force(step.one, step.site_id)
    for old, new in step.words["change"]:
        if text.count(old) != 1:
            raise LookupError(f"'{old}' stands {text.count(old)} times in the rules, not once")
        text = text.replace(old, new)
    checked = editing.check(step.one, step.site_id, text, lived=False)
    return Done(*acting.propose(step.one, step.site_id, checked, step.words["note"]))


def _consent(step: Step) -> Done:
    return Done(step.begun, acting.consent(step.one, step.begun))


def _object(step: Step) -> Done:
    return Done(step.begun, acting.object_(step.one, step.begun, step.words["note"]))


def _rule(step: Step) -> Done:
    accepted = bool(step.words["grant"])
    return Done(step.begun, acting.rule(step.one, step.begun, step.words["note"], accepted=accepted))


def _withdraw(step: Step) -> Done:
    return Done(step.begun, acting.withdraw(step.one, step.begun))


RULES: Mapping[str, Doing] = {
    "propose": _propose,
    "consent": _consent,
    "object": _object,
    "rule": _rule,
    "withdraw": _withdraw,
}
