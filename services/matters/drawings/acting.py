"""What is done with a drawing: its pictures are kept beside the ledger as photos are."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.domain.matter import Command
from models.domain.matters.drawings import commands as c
from models.domain.matters.drawings.decide import may_see
from models.domain.matters.drawings.kind import DRAWING
from models.domain.matters.drawings.state import Drawing, DrawingSort
from models.domain.orders.state import Point
from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services import desk, photos
from services.actions.table import Texts
from services.execute import Answer
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.photos import Picture
from services.store.contexts import Sql
from services.store.idempotency import Ticket
from services.store.transactions import transaction

SORT = Sort(DRAWING, may_see)


@dataclass(frozen=True, slots=True)
class NewDrawing:
    """What is published."""

    sort: DrawingSort
    title: str
    picture: Picture
    space: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody says, and about which place."""

    words: str
    space: str = ""
    point: Point | None = None
    version: int | None = None
    """The one that was looked at; None: whichever is current."""


def find(one: Doer, sql: Sql, key: StreamKey) -> Found[Drawing]:
    """The drawing. Raises UnknownStream."""
    return kit.find(one, sql, key, SORT)


def found_drawing(one: Doer, key: StreamKey) -> Found[Drawing]:
    """The drawing. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return find(one, sql, key)


def drawings_of(one: Doer, sql: Sql, sites: Sequence[int]) -> list[Found[Drawing]]:
    """The latest drawings of sites, with their titles."""
    return kit.with_words(sql, kit.listed(one, sql, SORT, sites), lambda drawing: [drawing.title])


def publish(
    one: Doer, site_id: int, new: NewDrawing, ticket: Ticket | None = None
) -> tuple[StreamKey, Answer]:
    """公布; a repeated ticket answers with the drawing of the first time. Raises ShelfAway."""
    key, texts = desk.new_key(one.shop, one.caller, site_id), Texts()
    photos.keep(one.settings, new.picture)
    with photos.rows_of(one.shop, one.settings) as rows:
        shown = rows.add(key, new.picture, PhotoPurpose.OTHER)
        command = c.PublishDrawing(new.sort, texts.keep(new.title), shown, new.space)
        answer = kit.act(one, key, DRAWING, Sent(command, texts.rows, ticket))
        rows.happened = answer.refused is None and answer.recalled is None
    if answer.recalled is not None:
        key = StreamKey(site_id, int(answer.recalled["stream_id"]))
    return key, answer


def publish_version(
    one: Doer, key: StreamKey, picture: Picture, changed: str, ticket: Ticket | None = None
) -> Answer:
    """公布新版. Raises ShelfAway."""
    texts = Texts()
    photos.keep(one.settings, picture)
    with photos.rows_of(one.shop, one.settings) as rows:
        command = c.PublishVersion(rows.add(key, picture, PhotoPurpose.OTHER), texts.keep(changed))
        answer = _act(one, key, command, texts, ticket)
        rows.happened = answer.refused is None and answer.recalled is None
    return answer


def withdraw(one: Doer, key: StreamKey, version: str, reason: str, ticket: Ticket | None = None) -> Answer:
    """撤下 a version."""
    texts = Texts()
    return _act(one, key, c.WithdrawVersion(version, texts.keep(reason)), texts, ticket)


def comment(one: Doer, key: StreamKey, said: Remark, ticket: Ticket | None = None) -> Answer:
    """提意见; refused where there is a telephone or identity number in it."""
    wrong = kit.number_in("words", said.words)
    if wrong is not None:
        return Answer({}, refused=wrong)
    texts = Texts()
    command = c.CommentOnDrawing(texts.keep(said.words), said.space, said.point, said.version)
    return _act(one, key, command, texts, ticket)


def take_back(one: Doer, key: StreamKey, number: str, ticket: Ticket | None = None) -> Answer:
    """收回 what one said oneself: its words are erased, as whoever said them may ask for.

    Raises:
        UnknownStream: there is no such drawing.
    """
    said = found_drawing(one, key).state.comments.get(number)
    erased = (said.words.id,) if said else ()
    return kit.act(one, key, DRAWING, Sent(c.TakeBackComment(number), ticket=ticket, erased=erased))


def hide(one: Doer, key: StreamKey, number: str, reason: str | None, ticket: Ticket | None = None) -> Answer:
    """不予公开, with the reason in its place; without one it is shown again."""
    texts = Texts()
    return _act(one, key, c.HideComment(number, texts.keep_if(reason)), texts, ticket)


def answer_comment(
    one: Doer, key: StreamKey, number: str, words: str, ticket: Ticket | None = None
) -> Answer:
    """回复."""
    texts = Texts()
    return _act(one, key, c.AnswerComment(number, texts.keep(words)), texts, ticket)


def _act(one: Doer, key: StreamKey, command: Command, texts: Texts, ticket: Ticket | None) -> Answer:
    return kit.act(one, key, DRAWING, Sent(command, texts.rows, ticket))
