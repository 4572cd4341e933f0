"""替代场地: rooms closed for a time, where their activities are, and what takes place every week."""

from datetime import date, time
from hashlib import sha256
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path
from pydantic import Field

from models.domain.directory import Activity
from models.domain.matters.venues import decide as d
from models.domain.matters.venues.clashes import Clashing
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ORDER_CODE, SITE_CODE, Body, Nothing, Text
from services.administering.changing import Form, Stale
from services.api.problems import Declined, declared
from services.api.visit import Errand, OneErrand, OneVisit, Visit
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters import kit
from services.matters.venues import acting, programme
from services.matters.venues.acting import Closing
from services.matters.venues.reading import Rooms, late_in, read_rooms
from services.matters.venues.refusing import why
from services.matters.venues.views import ClosuresView, ClosureWhole, RoomView, item_of, room_view, whole
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, party_name

router = APIRouter(prefix="/venues", tags=["venues"])

SPACE = r"^[a-z0-9][a-z0-9-]{0,63}$"
ClosurePath = Annotated[
    str, Path(description="The closure's code.", pattern=ORDER_CODE, examples=["AIBO5-60"])
]
SitePath = Annotated[str, Path(pattern=SITE_CODE, examples=["AIBO5"])]
SpacePath = Annotated[str, Path(pattern=SPACE, examples=["table-tennis"])]
ActivityPath = Annotated[str, Path(max_length=64)]
SpaceCode = Annotated[str, Field(pattern=SPACE, examples=["canteen"])]
Target = Annotated[str, Field(pattern=r"^(-|[a-z0-9][a-z0-9-]{0,63})$", examples=["canteen"])]
_CLOSING = ("关闭房间", "closing a room")
_FIELDS = {d.BACKWARDS: "until", d.PAST: "until", d.LONG: "until"}
"""Where in a body it stands, of what the core finds wrong with the days."""
_NOTHING = Nothing()
_REFUSED = declared(403, 404, 409, 413, 415, 422)


class ChangeBody(Body):
    """Until when a room stays closed, and where its activities go."""

    until: Annotated[date, Field(description="The last day, on the site's calendar.")]
    substitute: Annotated[Target | None, Field(description="`-`: all activities pause.")] = None
    moves: Annotated[
        dict[Annotated[str, Field(max_length=64)], Target],
        Field(
            default_factory=dict,
            max_length=60,
            description="By activity, where that is not the substitute; `-`: it pauses.",
        ),
    ]


class CloseBody(ChangeBody):
    """Which room, and from when on."""

    site: Annotated[str, Field(pattern=SITE_CODE, examples=["AIBO5"])]
    space: SpaceCode
    begins: Annotated[date, Field(description="The first day.")]
    reason: Text | None = None


class SeenBody(Body):
    """Of which programme it is a change."""

    seen: Annotated[int, Field(ge=1, le=2**31 - 1, description="The site's version, as it was read.")]


class ActivityBody(SeenBody):
    """What takes place in a room every week."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    name_en: Annotated[str, Field(max_length=60)] = ""
    days: Annotated[frozenset[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1)]
    begins: time
    ends: time
    people: Annotated[int | None, Field(ge=1, le=9999)] = None


@router.get("", summary="关闭的房间 Closed rooms", operation_id="list_closures", responses=declared(422))
def get_closures(visit: OneVisit) -> ClosuresView:
    """The rooms that were closed lately at the caller's sites."""
    one = visit.doer
    sites = visit.caller.sites_where(Permission.SEE_VENUES)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        rooms = {site: read_rooms(visit.shop, sql, site) for site in sites}
        found = kit.listed(one, sql, acting.SORT, sites)
    return ClosuresView(items=[item_of(x, rooms[x.key.site_id], visit.language) for x in found])


@router.get(
    "/{code}", summary="一次关闭 One closure", operation_id="get_closure", responses=declared(404, 422)
)
def get_closure(visit: OneVisit, code: ClosurePath) -> ClosureWhole:
    """Where each activity of the room is meanwhile, and which late orders they wait for."""
    return _shown(visit, desk.key_of(visit.caller, code))


@router.post("", status_code=201, summary="关闭 Close", operation_id="close_space", responses=_REFUSED)
def close(errand: OneErrand, body: CloseBody) -> ClosureWhole:
    """Close a room; its activities move with it, or nothing is closed."""
    visit = errand.visit
    site_id = _site(visit, body.site, Permission.CLOSE_SPACES)
    ticket = errand.ticket(site_id, body.model_dump_json().encode(), 201)
    room = (site_id, body.space, body.begins)
    key, answer = acting.close(visit.doer, room, _closing(body), body.reason or "", ticket)
    return _answered(visit, key, answer)


@router.post("/{code}/change", summary="改期 Change", operation_id="change_closure", responses=_REFUSED)
def change(errand: OneErrand, code: ClosurePath, body: ChangeBody) -> ClosureWhole:
    """Extend or shorten it, or choose other substitutes."""
    key = _of(errand.visit, code)
    ticket = errand.ticket(key.site_id, body.model_dump_json().encode(), 200)
    answer = acting.change(errand.visit.doer, key, _closing(body), ticket)
    return _answered(errand.visit, key, answer)


@router.post("/{code}/reopen", summary="恢复开放 Reopen", operation_id="reopen_space", responses=_REFUSED)
def reopen(errand: OneErrand, code: ClosurePath, body: Nothing = _NOTHING) -> ClosureWhole:
    """From today its activities are back."""
    key = _of(errand.visit, code)
    ticket = errand.ticket(key.site_id, body.model_dump_json().encode(), 200)
    return _answered(errand.visit, key, acting.reopen(errand.visit.doer, key, ticket))


@router.get(
    "/{site}/{space}",
    summary="房间日程 Calendar",
    operation_id="get_room_calendar",
    responses=declared(403, 404, 422),
)
def get_room(visit: OneVisit, site: SitePath, space: SpacePath) -> RoomView:
    """What takes place in a room every week, and where all that is during the next two weeks."""
    return room_view(_rooms(visit, _site(visit, site, Permission.SEE_VENUES), space), space, visit.language)


@router.post(
    "/{site}/{space}/activities",
    status_code=201,
    summary="添加活动 Add an activity",
    operation_id="add_activity",
    responses=_REFUSED,
)
def add(errand: OneErrand, site: SitePath, space: SpacePath, body: ActivityBody) -> RoomView:
    """Every week from now on."""
    return _kept(errand, (site, space), body.seen, _activity(body, ""))


@router.post(
    "/{site}/{space}/activities/{activity}",
    summary="改活动 Change an activity",
    operation_id="change_activity",
    responses=_REFUSED,
)
def change_activity(
    errand: OneErrand,
    site: SitePath,
    space: SpacePath,
    activity: ActivityPath,
    body: ActivityBody,
) -> RoomView:
    """Its name, days, hours or how many come."""
    return _kept(errand, (site, space), body.seen, _activity(body, activity))


@router.post(
    "/{site}/{space}/activities/{activity}/end",
    summary="结束活动 End an activity",
    operation_id="end_activity",
    responses=_REFUSED,
)
def end(
    errand: OneErrand,
    site: SitePath,
    space: SpacePath,
    activity: ActivityPath,
    body: SeenBody,
) -> RoomView:
    """It takes place no more."""
    return _kept(errand, (site, space), body.seen, activity)


def _closing(body: ChangeBody) -> Closing:
    return Closing(body.until, body.substitute, body.moves)


def _activity(body: ActivityBody, code: str) -> Activity:
    begins, ends = body.begins.replace(tzinfo=None), body.ends.replace(tzinfo=None)
    return Activity(body.name, body.name_en, body.days, begins, ends, code, body.people)


def _site(visit: Visit, code: str, permission: Permission) -> int:
    """Raises UnknownStream for a site that the caller does not see, NotPermitted for one it may not."""
    if code not in visit.caller.sites:
        raise UnknownStream(code)
    site_id = visit.caller.sites[code]
    if not visit.caller.may(permission, site_id):
        raise NotPermitted
    return site_id


def _of(visit: Visit, code: str) -> StreamKey:
    """The closure, which the caller has to see."""
    key = desk.key_of(visit.caller, code)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        acting.find(visit.doer, sql, key)
    return key


def _rooms(visit: Visit, site_id: int, space: str = "") -> Rooms:
    with transaction(visit.shop.engine, [site_id]) as sql:
        rooms = read_rooms(visit.shop, sql, site_id)
    if space and space not in rooms.directory.spaces:
        raise UnknownStream(space)
    return rooms


def _shown(visit: Visit, key: StreamKey) -> ClosureWhole:
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        found = acting.find(visit.doer, sql, key)
        rooms = read_rooms(visit.shop, sql, key.site_id)
        late = late_in(sql, key.site_id, found.state.space)
    return whole(found, rooms, late, visit.caller.at(key.site_id), visit.language)


def _answered(visit: Visit, key: StreamKey, answer: Answer) -> ClosureWhole:
    if answer.refused is not None:
        raise _refusal(visit, answer.refused, _rooms(visit, key.site_id))
    return _shown(visit, key)


def _kept(errand: Errand, at: tuple[str, str], seen: int, what: Activity | str) -> RoomView:
    """Keep an activity, or end the one of this code."""
    visit, (site, space) = errand.visit, at
    site_id = _site(visit, site, Permission.KEEP_PROGRAMME)
    _rooms(visit, site_id, space)
    form = Form(visit.shop, visit.caller, site_id, _key(errand), seen)
    try:
        if isinstance(what, Activity):
            programme.keep(form, space, what)
        else:
            programme.end(form, space, what)
    except programme.Done:
        pass
    except (Clashing, Stale, programme.NotChanged) as refusal:
        raise _refusal(visit, refusal, _rooms(visit, site_id)) from refusal
    return room_view(_rooms(visit, site_id), space, visit.language)


def _key(errand: Errand) -> str:
    """By which the site's record knows a repetition: of this caller on this route."""
    said = f"{errand.visit.caller.id} {errand.route} {errand.key}"
    return sha256(said.encode()).hexdigest()[:32] if errand.key else uuid4().hex


def _refusal(visit: Visit, refusal: Exception, rooms: Rooms) -> Exception:
    """With the sentence of the page, and the names of those who may."""
    label = _CLOSING[visit.language == "en"]
    if isinstance(refusal, BadValue):
        field = _FIELDS.get(refusal.field, refusal.field)
        return BadValue(field, why(refusal, rooms.directory, visit.language))
    if isinstance(refusal, NotYours):
        names = {one: party_name(one, rooms.directory, visit.language) for one in refusal.may}
        return Declined(refusal, label, names)
    if isinstance(refusal, IllegalMove):
        return Declined(refusal, label, {}, why=why(refusal, rooms.directory, "zh"))
    english, chinese = _sentence(refusal, rooms, "en"), _sentence(refusal, rooms, "zh")
    illegal = IllegalMove("venues", english, state="", holders=(), allowed=())
    return Declined(illegal, label, {}, why=chinese)


def _sentence(refusal: Exception, rooms: Rooms, language: Language) -> str:
    say = words_in(language).gettext
    if isinstance(refusal, programme.NotChanged):
        return say(refusal.words).format(**refusal.named)
    if isinstance(refusal, Stale):
        return say("有人刚改过这里，请刷新页面后再试")
    return why(refusal, rooms.directory, language)
