"""每周活动: what takes place in a room every week, kept with its history in the site's own record."""

from collections.abc import Collection
from dataclasses import replace
from uuid import uuid4

from psycopg.types.json import Jsonb

from models.domain.directory import Activity, Capacity, Space
from models.domain.matters.venues.clashes import Clashing, newcomer
from models.domain.orders.rules import Context
from models.domain.policy import Permission, permits
from models.domain.streams import Actor
from services.administering.changing import Done, Form, NotChanged, change, need
from services.administering.places import close_room, named
from services.callers import NotPermitted
from services.matters.venues.reading import Rooms, alone
from services.store.activities import image_of
from services.views.catalogues import later as _

MOST_ACTIVITIES = 60
"""Of one room."""


def may_keep(actor: Actor, context: Context) -> bool:
    """The committee's people."""
    keeps = permits(actor.role, Permission.KEEP_PROGRAMME)
    return keeps and context.site.has(actor.party, Capacity.COMMITTEE)


def keep(form: Form, space: str, activity: Activity) -> str:
    """Add an activity, or change the one of its code; the code.

    Raises:
        NotPermitted, NotChanged, Clashing, Stale: nothing has changed. Done: it was carried out before.
    """
    checked = _checked(activity)
    with alone(form.shop, form.site_id) as rooms:
        room = _room(form, rooms, space)
        known = {one.code for one in room.activities}
        if checked.code and checked.code not in known:
            raise NotChanged(_("没有这项活动，请刷新页面"))
        kept = checked if checked.code else replace(checked, code=uuid4().hex[:8])
        clash = newcomer(
            space, kept, rooms.directory.spaces, [s for s in rooms.shut if s.last >= rooms.today]
        )
        if clash is not None:
            raise Clashing([clash])
        many = [kept if one.code == kept.code else one for one in room.activities]
        many += [] if checked.code else [kept]
        if len(many) > MOST_ACTIVITIES:
            raise NotChanged(_("一间房间最多 {most} 项活动，请先结束几项"), most=MOST_ACTIVITIES)
        action = "activity.changed" if checked.code else "activity.added"
        _write(form, action, room, many, kept)
    return kept.code


def end(form: Form, space: str, code: str) -> None:
    """It takes place no more. Raises as `keep` does."""
    with alone(form.shop, form.site_id) as rooms:
        room = _room(form, rooms, space)
        ended = next((one for one in room.activities if one.code == code), None)
        if ended is None:
            raise NotChanged(_("没有这项活动，请刷新页面"))
        _write(form, "activity.ended", room, [one for one in room.activities if one.code != code], ended)


def seat(form: Form, space: str, seats: int | None) -> None:
    """Say how many a room holds. Raises as `keep` does."""
    with alone(form.shop, form.site_id) as rooms:
        room = _room(form, rooms, space)
        with change(form, "room.seats", room.code, seats=seats) as sql:
            sql.execute(
                "UPDATE space SET seats = %s WHERE site_id = %s AND code = %s",
                (seats, form.site_id, room.code),
            )


def retire(form: Form, space: str, reason: str) -> None:
    """停用: a room is closed for good, unless activities of a room that is closed are to be in it.

    Raises as `keep` does.
    """
    form.need(Permission.MANAGE_SITE)
    with alone(form.shop, form.site_id) as rooms:
        home = next(
            (
                one.closure.space
                for one in rooms.shut
                if one.last >= rooms.today
                for activity in rooms.directory.spaces[one.closure.space].activities
                if one.closure.goes(activity.code) == space
            ),
            None,
        )
        if home is not None:
            name = rooms.directory.spaces[home].name
            raise NotChanged(_("这里现在是{home}的替代场地，请先给{home}的活动换地方"), home=name)
        close_room(form, space, reason)


def _checked(activity: Activity) -> Activity:
    name = named(activity.name)
    if not activity.days:
        raise NotChanged(_("请至少选一天"))
    if activity.begins >= activity.ends:
        raise NotChanged(_("结束时间要晚于开始时间"))
    return replace(activity, name=name, name_en=named(activity.name_en) if activity.name_en.strip() else name)


def _room(form: Form, rooms: Rooms, space: str) -> Space:
    actor = form.caller.at(form.site_id)
    need(form.caller, form.site_id, Permission.KEEP_PROGRAMME, actor.party)
    if not may_keep(actor, rooms.context):
        raise NotPermitted
    if space not in rooms.directory.spaces:
        raise NotChanged(_("没有这个空间，请刷新页面"))
    return rooms.directory.spaces[space]


def _write(form: Form, action: str, room: Space, activities: Collection[Activity], one: Activity) -> None:
    [image] = image_of([one])
    with change(form, action, room.code, activity=image) as sql:
        sql.execute(
            "UPDATE space SET activities = %s WHERE site_id = %s AND code = %s",
            (Jsonb(image_of(activities)), form.site_id, room.code),
        )


__all__ = ["Done", "NotChanged", "end", "keep", "may_keep", "retire", "seat"]
