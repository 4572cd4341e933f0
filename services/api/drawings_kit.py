"""What the addresses of drawings have in common: bodies, and answers to callers who are not the visitor."""

from collections.abc import Callable
from typing import Annotated

from fastapi import File, Path
from fastapi.datastructures import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from models.domain.matters.drawings.decide import WHOLE
from models.domain.matters.drawings.state import DrawingSort
from models.domain.orders.state import Point
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ORDER_CODE, SITE_CODE, Body, Code, Text, Title
from services.api.topics import need
from services.api.visit import Errand, Visit
from services.callers import Caller
from services.execute import Answer, UnknownStream
from services.matters.drawings import acting
from services.matters.drawings.acting import Remark
from services.matters.drawings.views import DrawingsView, DrawingWhole, item_of, whole
from services.matters.kit import Doer
from services.store.idempotency import Ticket
from services.store.transactions import transaction

DrawingPath = Annotated[
    str, Path(description="The drawing's code.", pattern=ORDER_CODE, examples=["AIBO5-70"])
]
WORDS = ("图纸", "the drawing")
_Number = Annotated[str, Field(pattern="^[1-9][0-9]{0,6}$", examples=["1"])]
PictureFile = Annotated[
    UploadFile, File(description="JPEG, PNG or WebP, at most 20 MB and 50 million pixels.")
]


class DrawingForm(BaseModel):
    """A first version."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, Field(pattern=SITE_CODE)]
    sort: DrawingSort
    title: Title
    space: Code | None = None
    file: PictureFile


class VersionForm(BaseModel):
    """The next version, and what is other than before."""

    model_config = ConfigDict(extra="forbid")

    changed: Text
    file: PictureFile


class WithdrawBody(Body):
    """Which version, and the reason that stands in its place."""

    version: _Number
    reason: Text


class PointBody(Body):
    """A point of the picture, in ten-thousandths of its width and height."""

    x: Annotated[int, Field(ge=0, le=WHOLE, examples=[4200])]
    y: Annotated[int, Field(ge=0, le=WHOLE, examples=[6100])]


class CommentBody(Body):
    """What is said, and about which place: a room, a point of the picture, both, or all of it."""

    words: Text = Field(examples=["书架边上留一条轮椅能过的路。"])
    space: Code | None = Field(None, examples=["book-bar"])
    point: PointBody | None = None
    version: Annotated[
        int | None,
        Field(ge=1, le=1_000_000, description="The one that was looked at: refused where it is not current."),
    ] = None


class NumberBody(Body):
    """Which comment."""

    comment: _Number


class HideBody(NumberBody):
    """And the reason that stands in its place; without one it is shown again."""

    reason: Text | None = None


class AnswerBody(NumberBody):
    """And what is answered."""

    words: Text


def remark_of(body: CommentBody) -> Remark:
    """What is said, and where."""
    point = Point(body.point.x, body.point.y) if body.point else None
    return Remark(body.words, body.space or "", point, body.version)


def listed(visit: Visit, caller: Caller) -> DrawingsView:
    """The drawings of a caller's sites."""
    with transaction(visit.shop.engine, caller.site_ids) as sql:
        found = acting.drawings_of(visit.of(caller).doer, sql, caller.site_ids)
    return DrawingsView(items=[item_of(one, visit.language) for one in found])


def shown(visit: Visit, caller: Caller, key: StreamKey) -> DrawingWhole:
    """The drawing as a caller sees it. Raises UnknownStream."""
    with transaction(visit.shop.engine, caller.site_ids) as sql:
        found = acting.find(visit.of(caller).doer, sql, key)
        return whole(found, sql, caller.at(key.site_id), visit.language)


def site_of(visit: Visit, code: str) -> int:
    """A site of the caller's. Raises UnknownStream."""
    if code not in visit.caller.sites:
        raise UnknownStream(code)
    return visit.caller.sites[code]


def ticket_of(errand: Errand, key: StreamKey, body: Body) -> Ticket | None:
    """By which a repetition is known."""
    return errand.ticket(key.site_id, body.model_dump_json().encode(), 200)


def did(errand: Errand, code: str, do: Callable[[Doer, StreamKey], Answer]) -> DrawingWhole:
    """Do it, and answer with the drawing. Raises UnknownStream, or why it was refused."""
    visit = errand.visit
    key, one = desk.key_of(visit.caller, code), visit.doer
    acting.found_drawing(one, key)
    need(visit, key, do(one, key), WORDS)
    return shown(visit, visit.caller, key)
