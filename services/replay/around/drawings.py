"""Drawings and pairs of photos of a story, and what is said about them."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from models.domain.matters.drawings.state import DrawingSort
from models.domain.orders.state import Point
from services.matters.drawings import acting
from services.matters.drawings.acting import NewDrawing, Remark
from services.matters.pairs import acting as pairs
from services.matters.pairs.acting import Shot
from services.replay.around.kit import Doing, Done, Step
from services.store.contexts import read_sites
from services.store.transactions import transaction


def _publish(step: Step) -> Done:
    said = step.words
    picture = step.pictures(said["picture"])
    new = NewDrawing(DrawingSort(said["sort"]), said["title"], picture, said.get("space", ""))
    return Done(*acting.publish(step.one, step.site_id, new))


def _version(step: Step) -> Done:
    picture = step.pictures(step.words["picture"])
    return Done(step.begun, acting.publish_version(step.one, step.begun, picture, step.words["note"]))


def _withdraw(step: Step) -> Done:
    said = step.words
    return Done(step.begun, acting.withdraw(step.one, step.begun, said["version"], said["note"]))


def _comment(step: Step) -> Done:
    """`point` = ten-thousandths of the picture's width and height."""
    said = step.words
    point = Point(*said["point"]) if "point" in said else None
    remark = Remark(said["note"], said.get("space", ""), point)
    return Done(step.begun, acting.comment(step.one, step.begun, remark))


def _answer(step: Step) -> Done:
    said = step.words
    return Done(step.begun, acting.answer_comment(step.one, step.begun, said["comment"], said["note"]))


def _hide(step: Step) -> Done:
    said = step.words
    return Done(step.begun, acting.hide(step.one, step.begun, said["comment"], said["note"]))


def _pair(step: Step) -> Done:
    """`before` and `after` = a picture and the day on which it was taken."""
    said = step.words
    shots = tuple(_shot(step, said[name]["picture"], said[name]["taken"]) for name in ("before", "after"))
    at = (step.site_id, said["space"])
    return Done(*pairs.publish(step.one, at, (shots[0], shots[1]), said.get("note")))


def _shot(step: Step, picture: str, taken: datetime) -> Shot:
    with transaction(step.one.shop.engine, [step.site_id]) as sql:
        site = read_sites(sql, [step.site_id])[step.site_id]
        zone = step.one.shop.contexts.of(sql, site).site.zone
    return Shot(step.pictures(picture), taken.astimezone(ZoneInfo(zone)).date())


def _withdraw_pair(step: Step) -> Done:
    return Done(step.begun, pairs.withdraw(step.one, step.begun, step.words["note"]))


DRAWINGS: Mapping[str, Doing] = {
    "publish": _publish,
    "version": _version,
    "withdraw": _withdraw,
    "comment": _comment,
    "answer": _answer,
    "hide": _hide,
}
PAIRS: Mapping[str, Doing] = {"publish": _pair, "withdraw": _withdraw_pair}
