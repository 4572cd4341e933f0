"""What a page's form asks for, carried out: the same path as any other action, with its photos, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from models.domain.orders.decide import NoSuchOrderError
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.state import Photo
from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services import desk, photos
from services.actions.table import MERGE, body_type
from services.callers import Caller
from services.execute import Answer, Shop, UnknownStream
from services.pictures.limits import NoPicture, PictureRefused
from services.settings import Settings
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.found import Found, find
from services.views.language import Language
from services.views.refusing import in_chinese, value_in_chinese

LONGEST_KEY = 64
MOST_PHOTOS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says."""

    action: str
    fields: Mapping[str, str]
    """As they were typed; what is empty counts as left out."""
    key: str = ""
    """Made by the page; the same form with the same key happens once."""
    party: str | None = None
    """For an assignment's action: whose."""
    files: Sequence[Any] = ()
    """Open files of photos."""
    purpose: PhotoPurpose = PhotoPurpose.OTHER


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose form it is, and what carries it out."""

    shop: Shop
    settings: Settings
    caller: Caller
    language: Language
    route: str
    """The page that the form stands on: keys of one page mean nothing on another."""
    seconds_ago: int = 0
    """How long ago it was tapped, where it could not be sent at once."""


class NotRecorded(Exception):
    """Nothing was recorded; `words` say why and what to do, in the visitor's language."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.words, self.status = words, status


def act(hands: Hands, key: StreamKey, asked: Asked) -> Answer:
    """Do it, once however often the same form comes.

    Raises:
        NotRecorded: it is not possible now, or something is missing.
        UnknownStream: there is no such order for the caller.
    """
    wish = _wish(asked, hands.language)
    pictures = [picture(one, hands.language) for one in asked.files]
    with transaction(hands.shop.engine, hands.caller.site_ids) as sql:
        found = find(hands.shop, sql, hands.caller, key, hands.language)
    for one in pictures:
        photos.keep(hands.settings, one)
    answer = _carried_out_or_told(
        hands,
        key,
        wish,
        (pictures, photos.Attached(asked.purpose, asked.party or _own(hands, key), found.order.round)),
        _ticket(hands, key, asked),
    )
    if answer.refused is not None:
        raise NotRecorded(why(answer.refused, found), 409)
    return answer


PHOTO = "photo"
"""Photos alone."""


def _wish(asked: Asked, language: Language) -> desk.Wish | None:
    if asked.action != PHOTO:
        return desk.Wish(asked.action, body_of(asked, language), asked.party)
    if not asked.files:
        raise NotRecorded(words_in(language).gettext("请选择照片"), 422)
    return None


def _own(hands: Hands, key: StreamKey) -> str | None:
    return hands.caller.at(key.site_id).party


def body_of(asked: Asked, language: Language) -> Any:  # noqa: ANN401 - one of the actions' bodies
    """The body of an action from what was typed.

    Raises:
        NotRecorded: something is missing, or makes no sense.
    """
    _ = words_in(language).gettext
    body = body_type(asked.action, asked.party)
    if body is None:
        raise NotRecorded(_("没有这个操作，请到工单页重新选择"), 404)
    given = {name: text.strip() for name, text in asked.fields.items() if text.strip()}
    try:
        return body.model_validate(_nested(given))
    except ValidationError as error:
        missing = any(one["type"] == "missing" for one in error.errors())
        words = _("还有没填的内容，请补上再提交") if missing else _("有内容太长或无法识别，请改一下再提交")
        raise NotRecorded(words, 422) from None


def _nested(given: Mapping[str, str]) -> dict[str, Any]:
    """Fields of a report within the body stand in the form as ``report.space``."""
    body: dict[str, Any] = {}
    for name, text in given.items():
        within, dot, inner = name.partition(".")
        if dot:
            body.setdefault(within, {})[inner] = text
        else:
            body[name] = text
    return body


def picture(file: Any, language: Language) -> photos.Picture:  # noqa: ANN401 - an open file
    """A photo that came with a form, redrawn. Raises NotRecorded where it is none."""
    _ = words_in(language).gettext
    try:
        return photos.picture_of(file)
    except NoPicture:
        raise NotRecorded(_("这个文件不是照片，请换一张（JPEG、PNG、WebP）"), 415) from None
    except PictureRefused:
        raise NotRecorded(_("这张照片打不开，请重拍或换一张"), 422) from None


def _carried_out_or_told(
    hands: Hands,
    key: StreamKey,
    wish: desk.Wish | None,
    shown: tuple[Sequence[photos.Picture], photos.Attached],
    ticket: Ticket | None,
) -> Answer:
    """With words of our own for an order that is named in a form and is not there."""
    try:
        answer = _carried_out(hands, key, wish, shown, ticket)
    except (UnknownStream, BadValue) as error:
        answer = Answer({}, refused=error)
    if isinstance(answer.refused, _NO_OTHER) and wish is not None and wish.action == MERGE:
        _ = words_in(hands.language).gettext
        raise NotRecorded(_("找不到要并入的那张工单，请核对编号"), 422)
    return answer


_NO_OTHER = (UnknownStream, NoSuchOrderError, BadValue)


def _carried_out(
    hands: Hands,
    key: StreamKey,
    wish: desk.Wish | None,
    shown: tuple[Sequence[photos.Picture], photos.Attached],
    ticket: Ticket | None,
) -> Answer:
    """Photos and action together or not at all; rows to which no event came to refer go again."""
    pictures, attached = shown
    rows: list[Photo] = []
    happened = False
    try:
        rows += [photos.add_row(hands.shop, key, one, attached) for one in pictures]
        answer = desk.act(
            hands.shop,
            hands.caller,
            key,
            wish,
            desk.Extras(ticket, photos=tuple(rows), seconds_ago=hands.seconds_ago),
        )
        happened = answer.refused is None and answer.recalled is None
    finally:
        for row in () if happened else rows:
            photos.drop_row(hands.shop, key, row.id)
    return answer


def _ticket(hands: Hands, key: StreamKey, asked: Asked) -> Ticket | None:
    """A form that is sent twice happens once, whatever was changed in it meanwhile."""
    if not 0 < len(asked.key) <= LONGEST_KEY:
        return None
    return Ticket.of(
        actor=hands.caller.id,
        route=f"{hands.route} {key.stream_id} {asked.action}",
        key=asked.key,
        site_id=key.site_id,
        body=b"",
        status=200,
    )


def why(refusal: Exception, found: Found) -> str:
    """A refusal as a sentence in the visitor's language."""
    english = found.language == "en"
    _ = words_in(found.language).gettext
    if isinstance(refusal, IllegalMove):
        return refusal.why if english else in_chinese(refusal.why, found.context.site)
    if isinstance(refusal, BadValue):
        return refusal.message if english else value_in_chinese(refusal.message)
    if isinstance(refusal, NotYours):
        return _("这件事不由您来办")
    return _("现在办不了，请到工单页查看")
