"""Drawings as the API answers them and the pages show them: what is public, and nobody's person."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from models.domain.matters.drawings import decide as d
from models.domain.matters.drawings.state import Comment, Drawing, DrawingSort, Version
from models.domain.streams import Actor, TextRef
from services.matters.kit import Found
from services.store.contexts import Sql
from services.views.language import Language, name_of, party_name
from services.views.models import Named, View


class PointView(View):
    """A point of the picture, in ten-thousandths of its width and height."""

    x: int
    y: int


class PictureView(View):
    """A picture by its id, with its size in pixels."""

    id: str
    width: int
    height: int


class DrawingItem(View):
    """A drawing in the list."""

    code: str
    sort: DrawingSort
    title: str
    space: Named | None
    by: Named
    published_at: datetime
    changed_at: datetime = Field(description="When the current version was published.")
    version: int | None = Field(description="The number of the current one; none: all were withdrawn.")
    picture: str | None = Field(description="The id of its picture.")
    comments: int


class VersionView(View):
    """A version; one that was withdrawn has no picture, but the reason."""

    number: int
    at: datetime
    by: Named
    changed: str | None = Field(description="What is other than before.")
    withdrawn: str | None = Field(description="Why it was withdrawn.")
    picture: PictureView | None


class CommentView(View):
    """意见 on a place. Who said it nobody reads."""

    id: str
    version: int
    at: datetime
    space: Named | None
    point: PointView | None
    words: str | None = Field(description="None where it is hidden.")
    hidden: str | None = Field(description="Why it is not shown.")
    answer: str | None
    answered_at: datetime | None
    mine: bool


class DrawingWhole(DrawingItem):
    """图纸: its versions, the latest first, and what was said about it, the latest first."""

    site: Named
    zone: str
    versions: list[VersionView]
    said: list[CommentView]
    allowed: list[str] = Field(description="What the caller may do with it now.")


class DrawingsView(View):
    """The latest drawings that the caller may see."""

    items: list[DrawingItem]


def item_of(found: Found[Drawing], language: Language) -> DrawingItem:
    """A drawing of the list."""
    return DrawingItem.model_validate(_item(found, language))


def _item(found: Found[Drawing], language: Language) -> dict[str, object]:
    drawing, current = found.state, found.state.current
    return {
        "code": found.code,
        "sort": drawing.sort,
        "title": _text(found, drawing.title) or "",
        "space": _space(found, drawing.space, language),
        "by": _party(found, drawing.party, language),
        "published_at": drawing.published_at,
        "changed_at": current.at if current else drawing.published_at,
        "version": current.number if current else None,
        "picture": current.picture.id if current else None,
        "comments": len(drawing.comments),
    }


def whole(found: Found[Drawing], sql: Sql, actor: Actor, language: Language) -> DrawingWhole:
    """A drawing with all that belongs to it."""
    drawing, site = found.state, found.site
    sizes = _sizes(found, sql)
    newest = sorted(drawing.versions.values(), key=lambda one: one.number, reverse=True)
    said = sorted(drawing.comments.values(), key=lambda one: one.id, reverse=True)
    more = {
        "site": Named(code=site.code, name=(language == "en" and site.name_en) or site.name),
        "zone": found.context.site.zone,
        "versions": [_version(found, one, sizes, language) for one in newest],
        "said": [_comment(found, one, actor, language) for one in said],
        "allowed": allowed(found, actor),
    }
    return DrawingWhole.model_validate(_item(found, language) | more)


def _sizes(found: Found[Drawing], sql: Sql) -> dict[str, tuple[int, int]]:
    rows = sql.execute(
        "SELECT id, width, height FROM photo WHERE site_id = %s AND stream_id = %s AND sha256 IS NOT NULL",
        (found.key.site_id, found.key.stream_id),
    ).fetchall()
    return {name: (width, height) for name, width, height in rows}


def _version(
    found: Found[Drawing], one: Version, sizes: Mapping[str, tuple[int, int]], language: Language
) -> VersionView:
    size = None if one.withdrawn else sizes.get(one.picture.id)
    return VersionView(
        number=one.number,
        at=one.at,
        by=_party(found, one.party, language),
        changed=_text(found, one.changed),
        withdrawn=_text(found, one.withdrawn),
        picture=PictureView(id=one.picture.id, width=size[0], height=size[1]) if size else None,
    )


def _comment(found: Found[Drawing], one: Comment, actor: Actor, language: Language) -> CommentView:
    return CommentView(
        id=str(one.id),
        version=one.version,
        at=one.at,
        space=_space(found, one.space, language),
        point=PointView(x=one.point.x, y=one.point.y) if one.point else None,
        words=None if one.hidden else _text(found, one.words),
        hidden=_text(found, one.hidden),
        answer=_text(found, one.answer),
        answered_at=one.answered_at,
        mine=actor.person is not None and one.person == actor.person,
    )


def allowed(found: Found[Drawing], actor: Actor) -> list[str]:
    """What the actor may do with it now."""
    drawing, context = found.state, found.context
    keeps, some = d.may_keep(actor, drawing, context), bool(drawing.comments)
    checks = {
        "version": keeps,
        "withdraw": keeps and drawing.current is not None,
        "comment": d.may_say(actor) and drawing.current is not None,
        "take-back": actor.person is not None and drawing.said_by(actor.person) > 0,
        "hide": d.may_moderate(actor, context) and some,
        "answer": keeps and some,
    }
    return [name for name, may in checks.items() if may]


def _space(found: Found[Drawing], code: str, language: Language) -> Named | None:
    space = found.context.site.spaces.get(code)
    return Named(code=code, name=name_of(space, language)) if space else None


def _party(found: Found[Drawing], code: str, language: Language) -> Named:
    return Named(code=code, name=party_name(code, found.context.site, language))


def _text(found: Found[Drawing], ref: TextRef | None) -> str | None:
    """A text beside the ledger; None where there is none, or it was erased."""
    return found.words.get(ref.id) if ref else None
