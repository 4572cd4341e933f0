"""What a step of a story says as the wish of its action: the story's words fitted to the action's fields."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.actions.table import ASSIGNMENT_ACTIONS, ORDER_ACTIONS
from services.desk import UnknownAction, Wish
from services.replay.script import Happening

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "note": ("plan", "reason", "note"),
    "until": ("until", "fix_by", "due_at"),
    "grant": ("granted",),
    "answer": ("resolved",),
}
"""The story's word for a field and how actions call it: the first that is there and not said otherwise."""

_ASIDE = frozenset({"of", "request"})
ANSWERS = {"resolved": True, "not_resolved": False}


def wish_of(step: Happening) -> tuple[Wish, str | None]:
    """The wish, and what was said beside it where the action takes no words.

    Raises:
        UnknownAction: there is no such action.
        ValidationError: the words do not fit it.
    """
    action = ORDER_ACTIONS.get(step.action) or ASSIGNMENT_ACTIONS.get(step.action)
    if action is None:
        raise UnknownAction(step.action)
    said = {name: value for name, value in step.words.items() if name not in _ASIDE}
    fields, beside = _fitted(said, action.body.model_fields)
    party = None if step.action in ORDER_ACTIONS else step.words.get("of", step.who.name)
    return Wish(step.action, action.body.model_validate(fields), party), beside


def _fitted(said: Mapping[str, Any], known: Iterable[str]) -> tuple[dict[str, Any], str | None]:
    fields, beside = {name: value for name, value in said.items() if name not in _FIELDS}, None
    for name in _FIELDS.keys() & said.keys():
        field = next((one for one in _FIELDS[name] if one in known and one not in fields), None)
        if field is not None:
            fields[field] = ANSWERS[said[name]] if name == "answer" else said[name]
        elif name == "note":
            beside = said[name]
        else:
            fields[name] = said[name]  # refused by name as a field that the action does not know
    return fields, beside
