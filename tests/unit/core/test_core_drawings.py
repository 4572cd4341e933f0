"""A drawing and a pair by themselves: versions, comments at a place, moderation, who may."""

from datetime import UTC, date, datetime

import pytest

from models.domain.codec import decode, encode
from models.domain.matter import Command
from models.domain.matters.drawings import commands as c
from models.domain.matters.drawings import decide as d
from models.domain.matters.drawings.kind import COMMENTED, DRAWING
from models.domain.matters.drawings.state import Drawing, DrawingSort
from models.domain.matters.pairs.kind import PAIR
from models.domain.matters.pairs.state import Pair, PublishPair, Taken, WithdrawPair
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.state import Photo, Point
from models.domain.streams import Actor, Role, TextRef
from models.domain.words import PhotoPurpose
from tests.unit.core.kit import context

MONDAY = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
DESIGNER = Actor(Role.HANDLER, "designer", "de")
COMMITTEE = Actor(Role.HANDLER, "committee", "gu")
CLIENT = Actor(Role.HANDLER, "client", "cl")
MODERATOR = Actor(Role.MODERATOR, None, "mo")
SHEN, LU = Actor(Role.RESIDENT, None, "v:shen"), Actor(Role.RESIDENT, None, "v:lu")


def text(name: str) -> TextRef:
    return TextRef(name, "0" * 64)


def photo(name: str) -> Photo:
    return Photo(name, "0" * 64, PhotoPurpose.OTHER, None, 1, "0" * 64)


class Sheet:
    """A drawing in the hand."""

    def __init__(self, actor: Actor = DESIGNER) -> None:
        self.state: Drawing | None = None
        self.why: list[tuple[str, ...]] = []
        self.do(c.PublishDrawing(DrawingSort.PLAN, text("title"), photo("a")), actor)

    def do(self, command: Command, actor: Actor = DESIGNER) -> Drawing:
        outcome = DRAWING.decide(self.state, command, context(), now=MONDAY, actor=actor)
        folded = self.state
        for one in outcome.events:
            folded = DRAWING.evolve(folded, one.event, MONDAY)
        assert folded == outcome.state
        self.state = outcome.state
        self.why += [one.why for one in outcome.notices]
        assert self.state is not None
        return self.state

    def said(self, name: str = "words", actor: Actor = SHEN, **place: object) -> Drawing:
        return self.do(c.CommentOnDrawing(text(name), **place), actor)  # type: ignore[arg-type]


def test_the_latest_version_that_was_not_withdrawn_is_the_current_one() -> None:
    sheet = Sheet()
    sheet.do(c.PublishVersion(photo("b"), text("changed")))
    assert sheet.do(c.PublishVersion(photo("c"), text("changed"))).current == sheet.state.versions["3"]  # type: ignore[union-attr]
    left = sheet.do(c.WithdrawVersion("3", text("wrong")))
    assert left.current == left.versions["2"]


def test_a_withdrawn_version_shows_no_picture_and_an_older_one_still_does() -> None:
    sheet = Sheet()
    sheet.do(c.PublishVersion(photo("b"), text("changed")))
    left = sheet.do(c.WithdrawVersion("2", text("wrong")))
    assert left.picture("b") is None
    assert left.picture("a") is not None


def test_a_version_is_withdrawn_once_and_only_if_there_is_one() -> None:
    sheet = Sheet()
    sheet.do(c.WithdrawVersion("1", text("wrong")))
    with pytest.raises(IllegalMove, match=d.GONE_ALREADY):
        sheet.do(c.WithdrawVersion("1", text("again")))
    with pytest.raises(BadValue):
        sheet.do(c.WithdrawVersion("7", text("none")))


@pytest.mark.parametrize("party", ["property", "contractor", "supervisor", "asset_company"])
def test_who_makes_no_drawings_publishes_none(party: str) -> None:
    with pytest.raises(NotYours):
        Sheet(Actor(Role.LEAD, party, "x"))


def test_only_its_own_party_and_the_committee_go_on_with_a_drawing() -> None:
    sheet = Sheet()
    with pytest.raises(NotYours):
        sheet.do(c.PublishVersion(photo("b"), text("changed")), CLIENT)
    assert len(sheet.do(c.PublishVersion(photo("b"), text("changed")), COMMITTEE).versions) == 2


def test_a_comment_is_on_the_current_version_with_its_place() -> None:
    sheet = Sheet()
    sheet.do(c.PublishVersion(photo("b"), text("changed")))
    comment = sheet.said(space="dance", point=Point(4200, 10_000)).comments["1"]
    assert (comment.version, comment.space, comment.point) == (2, "dance", Point(4200, 10_000))


@pytest.mark.parametrize("point", [Point(-1, 0), Point(0, 10_001)])
def test_a_point_beside_the_picture_is_refused(point: Point) -> None:
    with pytest.raises(BadValue, match="beside the picture"):
        Sheet().said(point=point)


def test_a_room_that_there_is_not_is_refused() -> None:
    with pytest.raises(BadValue, match="no such space"):
        Sheet().said(space="nowhere")


def test_nobody_comments_where_all_versions_were_withdrawn() -> None:
    sheet = Sheet()
    sheet.do(c.WithdrawVersion("1", text("wrong")))
    with pytest.raises(IllegalMove, match=d.GONE):
        sheet.said()


def test_a_comment_on_a_version_that_was_replaced_meanwhile_is_refused() -> None:
    sheet = Sheet()
    assert sheet.said(seen=1).comments["1"].version == 1
    sheet.do(c.PublishVersion(photo("b"), text("changed")))
    with pytest.raises(IllegalMove, match=d.NEWER):
        sheet.said(seen=1)
    assert sheet.said(seen=2).comments["2"].version == 2


def test_ten_comments_of_one_person_are_enough_until_one_is_taken_back() -> None:
    sheet = Sheet()
    for _ in range(d.MOST_EACH):
        sheet.said()
    with pytest.raises(IllegalMove, match=d.ENOUGH):
        sheet.said()
    sheet.said(actor=LU)
    sheet.do(c.TakeBackComment("3"), SHEN)
    assert "12" in sheet.said().comments


def test_only_who_said_it_takes_it_back() -> None:
    sheet = Sheet()
    sheet.said()
    for other in (LU, DESIGNER, Actor(Role.RESIDENT)):
        with pytest.raises(NotYours):
            sheet.do(c.TakeBackComment("1"), other)
    assert sheet.do(c.TakeBackComment("1"), SHEN).comments == {}


def test_a_comment_needs_a_person_and_somebody_who_may_say_something() -> None:
    with pytest.raises(BadValue):
        Sheet().said(actor=Actor(Role.RESIDENT))
    with pytest.raises(NotYours):
        Sheet().said(actor=Actor(Role.OBSERVER, "committee", "ob"))


def test_a_moderator_hides_with_a_reason_and_shows_again_without_one() -> None:
    sheet = Sheet()
    sheet.said()
    assert sheet.do(c.HideComment("1", text("rude")), MODERATOR).comments["1"].hidden == text("rude")
    assert sheet.do(c.HideComment("1", None), COMMITTEE).comments["1"].hidden is None
    with pytest.raises(NotYours):
        sheet.do(c.HideComment("1", text("not mine")), DESIGNER)


def test_a_later_answer_takes_the_place_of_the_earlier() -> None:
    sheet = Sheet()
    sheet.said()
    sheet.do(c.AnswerComment("1", text("yes")))
    assert sheet.do(c.AnswerComment("1", text("no")), COMMITTEE).comments["1"].answer == text("no")
    with pytest.raises(BadValue):
        sheet.do(c.AnswerComment("9", text("none")))


def test_its_party_is_told_of_the_first_comment_that_waits_and_not_of_each() -> None:
    sheet = Sheet()
    sheet.said()
    sheet.said(actor=LU)
    assert sheet.why == [(COMMENTED,)]
    sheet.do(c.AnswerComment("1", text("yes")))
    sheet.do(c.HideComment("2", text("rude")), MODERATOR)
    sheet.said()
    assert sheet.why == [(COMMENTED,)] * 2


def test_the_state_is_read_back_as_it_was_written() -> None:
    state = Sheet().said(point=Point(1, 2))
    assert decode(Drawing, encode(state)) == state


# ── pairs ───────────────────────────────────────────────────────────────────────────────────────────────────


def pair(before: date, after: date, actor: Actor = COMMITTEE, space: str = "dance") -> Pair:
    command = PublishPair(space, Taken(photo("a"), before), Taken(photo("b"), after), text("words"))
    state: Pair = PAIR.decide(None, command, context(), now=MONDAY, actor=actor).state
    return state


def test_a_pair_shows_its_photos_until_it_is_withdrawn_once() -> None:
    shown = pair(date(2026, 1, 5), date(2026, 3, 9))
    assert shown.shows("a")
    gone = PAIR.decide(shown, WithdrawPair(text("a face")), context(), now=MONDAY, actor=COMMITTEE).state
    assert not gone.shows("a")
    with pytest.raises(IllegalMove):
        PAIR.decide(gone, WithdrawPair(text("again")), context(), now=MONDAY, actor=COMMITTEE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (date(2026, 3, 1), date(2026, 1, 5)),
        (date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2026, 3, 10)),
    ],
    ids=["the wrong way round", "the same day", "a day to come"],
)
def test_days_that_cannot_be_are_refused(before: date, after: date) -> None:
    with pytest.raises(BadValue, match="day"):
        pair(before, after)


def test_a_pair_is_of_a_room_that_there_is_and_by_who_publishes() -> None:
    with pytest.raises(BadValue):
        pair(date(2026, 1, 5), date(2026, 3, 9), space="nowhere")
    with pytest.raises(NotYours):
        pair(date(2026, 1, 5), date(2026, 3, 9), Actor(Role.LEAD, "property", "x"))
