"""Reasons that are one tap: a big button each, and the fields of the action that it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.domain.directory import Capacity


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


@dataclass(frozen=True, slots=True)
class Preset:
    """A reason as a button says it, and the party that it names by its capacity."""

    words: str
    capacity: Capacity | None = None


WAITS: Mapping[str, Preset] = {
    "water": Preset(_("等物业关水"), Capacity.PROPERTY),
    "power": Preset(_("等物业断电"), Capacity.PROPERTY),
    "room": Preset(_("等居委会腾出房间"), Capacity.COMMITTEE),
    "drawing": Preset(_("等设计出图"), Capacity.DESIGNER),
}
EXTENSIONS: Mapping[str, Preset] = {
    "more": Preset(_("工程量比预计大")),
    "drying": Preset(_("要等晾干、养护")),
    "hands": Preset(_("人手不够")),
}
PHOTOS: Mapping[str, str] = {"before": _("施工前照片"), "after": _("施工后照片")}
NOT_OURS = _("不属于我方的范围")

GIVEN: Mapping[str, tuple[str, ...]] = {
    "acknowledge": (),
    "arrive": (),
    "start": (),
    "make-safe": ("note",),
    "note": ("note",),
    "photo": (),
    "done": ("note",),
    "propose-plan": ("plan", "fix_by"),
    "wait": ("nominee", "until"),
    "hold": ("reason", "note", "until"),
    "extend": ("until",),
    "return": ("nominee",),
}
"""What a form of each action may say, beside its reason."""
ACTIONS = tuple(GIVEN)
"""All that can be asked for on a crew's page."""
_LOCAL = frozenset({"until", "fix_by"})


def fields_of(action: str, form: Mapping[str, str], zone: str) -> dict[str, str]:
    """The fields of an action's body from its form; reasons are told in Chinese, as the parties keep them."""
    given = {name: form[name] for name in GIVEN[action] if name in form}
    for name in _LOCAL & given.keys():
        given[name] = _instant(given[name], zone)
    if action in _REASONS:
        preset = _REASONS[action].get(form.get("preset", ""))
        said = (preset.words if preset else "", form.get("words", "").strip())
        given["reason"] = "：".join(one for one in said if one)
    if action == "return" and form.get("preset"):
        words = form.get("words", "").strip()
        given |= {"nominee": form["preset"], "reason": "：".join(filter(None, (NOT_OURS, words)))}
    if action == "hold" and form.get("preset"):
        given["reason"] = form["preset"]
    return given


_REASONS: Mapping[str, Mapping[str, Preset]] = {"wait": WAITS, "extend": EXTENSIONS, "return": {}}


def _instant(typed: str, zone: str) -> str:
    """What a browser's field of date and time holds, as an instant; what is none stays for the refusal."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).isoformat()
