"""State is a fold of events, without a rule in it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.matter import Event
from models.domain.matters.drawings import events as e
from models.domain.matters.drawings.state import Comment, Drawing, Version


def _published(_drawing: None, event: e.DrawingPublished, at: datetime) -> Drawing:
    first = Version(1, event.picture, event.party, at)
    return Drawing(event.sort, event.title, event.space, event.party, at, {"1": first})


def _new_version(drawing: Drawing, event: e.VersionPublished, at: datetime) -> Drawing:
    new = Version(event.number, event.picture, event.party, at, event.changed)
    return replace(drawing, versions={**drawing.versions, str(event.number): new})


def _withdrawn(drawing: Drawing, event: e.VersionWithdrawn, _at: datetime) -> Drawing:
    version = replace(drawing.versions[event.number], withdrawn=event.reason)
    return replace(drawing, versions={**drawing.versions, event.number: version})


def _said(drawing: Drawing, event: e.CommentGiven, _at: datetime) -> Drawing:
    said = {**drawing.comments, str(event.comment.id): event.comment}
    return replace(drawing, comments=said, next_comment=event.comment.id + 1)


def _taken_back(drawing: Drawing, event: e.CommentTakenBack, _at: datetime) -> Drawing:
    left = {key: one for key, one in drawing.comments.items() if key != event.comment}
    return replace(drawing, comments=left)


def _hidden(drawing: Drawing, event: e.CommentHidden, _at: datetime) -> Drawing:
    return _changed(drawing, event.comment, lambda one: replace(one, hidden=event.reason))


def _shown(drawing: Drawing, event: e.CommentShown, _at: datetime) -> Drawing:
    return _changed(drawing, event.comment, lambda one: replace(one, hidden=None))


def _answered(drawing: Drawing, event: e.CommentAnswered, at: datetime) -> Drawing:
    return _changed(drawing, event.comment, lambda one: replace(one, answer=event.words, answered_at=at))


def _changed(drawing: Drawing, key: str, change: Callable[[Comment], Comment]) -> Drawing:
    return replace(drawing, comments={**drawing.comments, key: change(drawing.comments[key])})


FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], Drawing]] = {
    e.DrawingPublished: _published,
    e.VersionPublished: _new_version,
    e.VersionWithdrawn: _withdrawn,
    e.CommentGiven: _said,
    e.CommentTakenBack: _taken_back,
    e.CommentHidden: _hidden,
    e.CommentShown: _shown,
    e.CommentAnswered: _answered,
}
