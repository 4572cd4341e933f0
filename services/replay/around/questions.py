"""Published answers of a story: `publish`, `helped`, `withdraw`."""

from collections.abc import Mapping

from services.matters.questions import acting
from services.matters.questions.acting import NewAnswer
from services.replay.around.kit import Doing, Done, Step


def _publish(step: Step) -> Done:
    """`of` = key of the order that was answered."""
    said = step.words
    new = NewAnswer(step.keys[said["of"]], said["title"], said["note"])
    return Done(*acting.publish(step.one, new))


def _helped(step: Step) -> Done:
    who = step.one.caller.id
    return Done(step.begun, acting.helped(step.one, step.begun, who, who))


def _withdraw(step: Step) -> Done:
    return Done(step.begun, acting.withdraw(step.one, step.begun, step.words["note"]))


QUESTIONS: Mapping[str, Doing] = {"publish": _publish, "helped": _helped, "withdraw": _withdraw}
"""By action."""
