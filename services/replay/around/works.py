"""Announced works of a story: `announce`, `change`, `walked`, `start`, `end`, `cancel`."""

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.matters.works import acting
from services.matters.works.acting import Announcement
from services.matters.works.reading import asked_of
from services.replay.around.kit import Doing, Done, Step


def _announce(step: Step) -> Done:
    """`from` and `until` are days at the site, `hours` from and to of each; `urgent` where it is late."""
    return Done(*acting.announce(step.one, step.site_id, _announcement(step)))


def _change(step: Step) -> Done:
    answer = acting.change(step.one, step.begun, _announcement(step), step.words["note"])
    return Done(step.begun, answer)


def _walked(step: Step) -> Done:
    """`walk` = key of the walk in the story; without one nothing was found."""
    named = step.words.get("walk")
    number = step.keys[named].stream_id if named else None
    return Done(step.begun, acting.record_walk(step.one, step.begun, number))


def _start(step: Step) -> Done:
    return Done(step.begun, acting.start(step.one, step.begun))


def _end(step: Step) -> Done:
    return Done(step.begun, acting.end(step.one, step.begun))


def _cancel(step: Step) -> Done:
    return Done(step.begun, acting.cancel(step.one, step.begun, step.words["note"]))


def _announcement(step: Step) -> Announcement:
    said = step.words
    opens, closes = (time.fromisoformat(one) for one in said["hours"])
    return Announcement(
        begins=_day(step, said["from"]),
        until=_day(step, said["until"]),
        opens=opens,
        closes=closes,
        rooms=tuple(said["rooms"]),
        what=said["what"],
        phone=said["phone"],
        substitutes=tuple(said.get("to", ())),
        elsewhere=said.get("elsewhere", ""),
        urgent=said.get("urgent", ""),
    )


def _day(step: Step, at: datetime) -> date:
    return at.astimezone(ZoneInfo(asked_of(step.one, step.site_id).context.site.zone)).date()


WORKS: Mapping[str, Doing] = {
    "announce": _announce,
    "change": _change,
    "walked": _walked,
    "start": _start,
    "end": _end,
    "cancel": _cancel,
}
