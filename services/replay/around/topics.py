"""Deliberations of a story: `propose`, `take-up`, `say`, `group`, `answer`, `agree`, `carry-out` …"""

from collections.abc import Mapping
from datetime import timedelta

from models.domain.matters.topics.state import Stance
from services.actions.bodies import ReportBody
from services.matters.topics import acting
from services.matters.topics.acting import NewTopic
from services.replay.around.kit import Doing, Done, Step


def _propose(step: Step) -> Done:
    """`of` = key of the order out of which it comes; `days` where the committee takes it up at once."""
    said = step.words
    lasts = timedelta(days=said["days"]) if "days" in said else None
    order = step.keys[said["of"]] if "of" in said else None
    new = NewTopic(said["title"], said["note"], said.get("space", ""), lasts, order)
    return Done(*acting.propose(step.one, step.site_id, new))


def _take_up(step: Step) -> Done:
    lasts = timedelta(days=step.words["days"])
    return Done(step.begun, acting.take_up(step.one, step.begun, lasts))


def _decline(step: Step) -> Done:
    return Done(step.begun, acting.decline(step.one, step.begun, step.words["note"]))


def _say(step: Step) -> Done:
    said = step.words
    return Done(step.begun, acting.say(step.one, step.begun, Stance(said["stance"]), said.get("note")))


def _hide(step: Step) -> Done:
    return Done(step.begun, acting.hide(step.one, step.begun, step.words["opinion"], step.words["note"]))


def _group(step: Step) -> Done:
    said = step.words
    return Done(step.begun, acting.group(step.one, step.begun, said["opinions"], said["title"]))


def _answer(step: Step) -> Done:
    said = step.words
    return Done(step.begun, acting.answer_group(step.one, step.begun, said["group"], said["note"]))


def _deliberate(step: Step) -> Done:
    return Done(step.begun, acting.deliberate(step.one, step.begun))


def _agree(step: Step) -> Done:
    sat = (step.words["present"], timedelta(days=step.words.get("days", 7)))
    return Done(step.begun, acting.agree(step.one, step.begun, step.words["note"], sat))


def _end(step: Step) -> Done:
    return Done(step.begun, acting.end(step.one, step.begun, step.words["note"]))


def _carry_out(step: Step) -> Done:
    """`reports` = the orders that it takes; `orders` = their keys in the story."""
    reports = [ReportBody.model_validate(one) for one in step.words.get("reports", ())]
    orders, answer = acting.carry_out(step.one, step.begun, reports)
    return Done(step.begun, answer, orders)


def _review(step: Step) -> Done:
    kept = bool(step.words["kept"])
    return Done(step.begun, acting.review(step.one, step.begun, step.words["note"], kept=kept))


TOPICS: Mapping[str, Doing] = {
    "propose": _propose,
    "take-up": _take_up,
    "decline": _decline,
    "say": _say,
    "hide": _hide,
    "group": _group,
    "answer": _answer,
    "deliberate": _deliberate,
    "agree": _agree,
    "end": _end,
    "carry-out": _carry_out,
    "review": _review,
}
