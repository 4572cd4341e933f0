"""Closed rooms of a story: `close`, `change`, `reopen`."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.matters.venues import acting
from services.matters.venues.acting import Closing
from services.matters.venues.reading import read_rooms
from services.replay.around.kit import Doing, Done, Step
from services.store.transactions import transaction


def _close(step: Step) -> Done:
    """`until` and `from` are days at the site; `moves` where an activity goes elsewhere than `to`."""
    said = step.words
    room = (step.site_id, said["space"], _day(step, said["from"]))
    return Done(*acting.close(step.one, room, _closing(step), said.get("note", "")))


def _change(step: Step) -> Done:
    return Done(step.begun, acting.change(step.one, step.begun, _closing(step)))


def _reopen(step: Step) -> Done:
    return Done(step.begun, acting.reopen(step.one, step.begun))


def _closing(step: Step) -> Closing:
    said = step.words
    return Closing(_day(step, said["until"]), said.get("to"), said.get("moves", {}))


def _day(step: Step, at: datetime) -> date:
    with transaction(step.one.shop.engine, [step.site_id]) as sql:
        zone = read_rooms(step.one.shop, sql, step.site_id).directory.zone
    return at.astimezone(ZoneInfo(zone)).date()


VENUES: Mapping[str, Doing] = {"close": _close, "change": _change, "reopen": _reopen}
