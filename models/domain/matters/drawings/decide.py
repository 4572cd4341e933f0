"""Who may do what with a drawing; then the command's events."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.domain.directory import Capacity
from models.domain.matter import Asked, Command, Event
from models.domain.matters.drawings import commands as c
from models.domain.matters.drawings import events as e
from models.domain.matters.drawings.state import Comment, Drawing
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.orders.state import Point
from models.domain.policy import Permission, permits
from models.domain.streams import Actor

PUBLISHERS = (Capacity.COMMITTEE, Capacity.CLIENT, Capacity.DESIGNER)
"""Whose people publish drawings and pictures of the works."""
MOST_EACH = 10
"""Comments of one person that stand on a drawing."""
WHOLE = 10_000
"""A picture's width, and its height, in the measure of points."""

ENOUGH = "you said a lot on it already; take one back first"
GONE = "all its versions were withdrawn"
NEWER = "another version was published meanwhile; look at it and send again"
GONE_ALREADY = "that version was withdrawn already"


def may_publish(actor: Actor, context: Context) -> bool:
    """The committee, the client and the designer."""
    does = permits(actor.role, Permission.PUBLISH_DRAWINGS)
    return does and any(context.site.has(actor.party, one) for one in PUBLISHERS)


def may_keep(actor: Actor, drawing: Drawing, context: Context) -> bool:
    """Whose drawing it is, and the committee."""
    own = actor.party == drawing.party or context.site.has(actor.party, Capacity.COMMITTEE)
    return own and may_publish(actor, context)


def may_moderate(actor: Actor, context: Context) -> bool:
    """The committee, and a moderator."""
    leads = context.site.has(actor.party, Capacity.COMMITTEE) and may_publish(actor, context)
    return leads or permits(actor.role, Permission.MODERATE)


def may_say(actor: Actor) -> bool:
    """Whoever lives or works there: by code, or as a member of a party or a volunteer."""
    return permits(actor.role, Permission.SAY_OPINION)


def may_see(_actor: Actor, _drawing: Drawing, _context: Context) -> bool:
    """Everybody: what is published is for all."""
    return True


def _published(_drawing: None, command: c.PublishDrawing, one: Asked) -> Iterator[Event]:
    party = one.actor.party
    if party is None or not may_publish(one.actor, one.context):
        raise NotYours("publish", PUBLISHERS)
    _need_space(command.space, one)
    yield e.DrawingPublished(command.sort, command.title, command.space, party, command.picture)


def _new_version(drawing: Drawing, command: c.PublishVersion, one: Asked) -> Iterator[Event]:
    party = _need_keeper(drawing, one)
    yield e.VersionPublished(len(drawing.versions) + 1, command.picture, command.changed, party)


def _withdrawn(drawing: Drawing, command: c.WithdrawVersion, one: Asked) -> Iterator[Event]:
    _need_keeper(drawing, one)
    version = drawing.versions.get(command.version)
    if version is None:
        raise BadValue("version", "there is no such version")
    if version.withdrawn is not None:
        raise _illegal(drawing, GONE_ALREADY)
    yield e.VersionWithdrawn(command.version, command.reason)


def _said(drawing: Drawing, command: c.CommentOnDrawing, one: Asked) -> Iterator[Event]:
    if not may_say(one.actor):
        raise NotYours("comment", ("resident",))
    person, current = one.actor.person, drawing.current
    if person is None:
        raise BadValue("person", "say by which code the comment can be taken back")
    if current is None:
        raise _illegal(drawing, GONE)
    if command.seen not in {None, current.number}:
        raise _illegal(drawing, NEWER)
    if drawing.said_by(person) >= MOST_EACH:
        raise _illegal(drawing, ENOUGH)
    _need_space(command.space, one)
    _need_within(command.point)
    yield e.CommentGiven(
        Comment(
            id=drawing.next_comment,
            person=person,
            version=current.number,
            at=one.now,
            words=command.words,
            space=command.space,
            point=command.point,
        )
    )


def _taken_back(drawing: Drawing, command: c.TakeBackComment, one: Asked) -> Iterator[Event]:
    comment = _comment(drawing, command.comment)
    if one.actor.person is None or comment.person != one.actor.person:
        raise NotYours("take-back", ("resident",))
    yield e.CommentTakenBack(command.comment)


def _hidden(drawing: Drawing, command: c.HideComment, one: Asked) -> Iterator[Event]:
    if not may_moderate(one.actor, one.context):
        raise NotYours("hide", ("committee", "moderator"))
    comment = _comment(drawing, command.comment)
    if command.reason is not None:
        yield e.CommentHidden(command.comment, command.reason)
    elif comment.hidden is not None:
        yield e.CommentShown(command.comment)


def _answered(drawing: Drawing, command: c.AnswerComment, one: Asked) -> Iterator[Event]:
    _need_keeper(drawing, one)
    _comment(drawing, command.comment)
    yield e.CommentAnswered(command.comment, command.words)


def _need_keeper(drawing: Drawing, one: Asked) -> str:
    party = one.actor.party
    if party is None or not may_keep(one.actor, drawing, one.context):
        raise NotYours("drawing", (drawing.party, "committee"))
    return party


def _need_space(space: str, one: Asked) -> None:
    if space and space not in one.context.site.spaces:
        raise BadValue("space", "there is no such space here")


def _need_within(point: Point | None) -> None:
    if point is not None and not (0 <= point.x <= WHOLE and 0 <= point.y <= WHOLE):
        raise BadValue("point", "it lies beside the picture")


def _comment(drawing: Drawing, key: str) -> Comment:
    if key not in drawing.comments:
        raise BadValue("comment", "there is no such comment")
    return drawing.comments[key]


def _illegal(drawing: Drawing, why: str) -> IllegalMove:
    state = "published" if drawing.current else "withdrawn"
    return IllegalMove("drawing", why, state=state, holders=(drawing.party,), allowed=())


HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.PublishDrawing: _published,
    c.PublishVersion: _new_version,
    c.WithdrawVersion: _withdrawn,
    c.CommentOnDrawing: _said,
    c.TakeBackComment: _taken_back,
    c.HideComment: _hidden,
    c.AnswerComment: _answered,
}
