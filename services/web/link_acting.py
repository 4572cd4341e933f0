"""What a link's form asks for, made into a wish at the desk: the same path as any other action."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from models.domain.orders.refusals import BadValue, IllegalMove
from models.domain.orders.state import Photo
from models.domain.words import PhotoPurpose
from services import desk, photos
from services.actions.table import ASSIGNMENT_ACTIONS
from services.execute import Answer, Shop
from services.links import VIA, Link
from services.pictures.limits import NoPicture, PictureRefused
from services.settings import Settings
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.found import Found, find
from services.views.language import Language
from services.views.refusing import in_chinese, value_in_chinese
from services.web.link_words import word

FIELDS: Mapping[str, tuple[str, ...]] = {
    "acknowledge": (),
    "done": ("note",),
    "return": ("nominee", "reason"),
}
LONGEST_KEY = 64
MOST_PHOTOS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says."""

    action: str
    fields: Mapping[str, str]
    key: str
    files: Sequence[Any]
    """Open files."""


class NotRecorded(Exception):
    """Nothing was recorded; `words` say why, in the visitor's language."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.words, self.status = words, status


def act(shop: Shop, settings: Settings, link: Link, asked: Asked, language: Language) -> None:
    """Do it, once however often the same form comes.

    Raises:
        NotRecorded: it is not possible now, or something is missing.
    """
    wish = desk.Wish(asked.action, _body(asked, language), link.party)
    pictures = [_picture(one, language) for one in asked.files]
    with transaction(shop.engine, link.caller.site_ids) as sql:
        found = find(shop, sql, link.caller, link.key, language)
    for one in pictures:
        photos.keep(settings, one)
    answer = _carried_out(shop, link, wish, asked, (pictures, found.order.round))
    if answer.refused is not None:
        raise NotRecorded(_why(answer.refused, found), 409)


def _body(asked: Asked, language: Language) -> Any:  # noqa: ANN401 - one of three bodies
    given = {name: text for name in FIELDS[asked.action] if (text := asked.fields.get(name, "").strip())}
    try:
        return ASSIGNMENT_ACTIONS[asked.action].body.model_validate(given)
    except ValidationError as error:
        missing = any(one["type"] == "missing" for one in error.errors())
        raise NotRecorded(word("incomplete" if missing else "long", language), 422) from None


def _picture(file: Any, language: Language) -> photos.Picture:  # noqa: ANN401 - an open file
    try:
        return photos.picture_of(file)
    except NoPicture:
        raise NotRecorded(word("no_photo", language), 415) from None
    except PictureRefused:
        raise NotRecorded(word("broken_photo", language), 422) from None


def _carried_out(
    shop: Shop, link: Link, wish: desk.Wish, asked: Asked, shown: tuple[Sequence[photos.Picture], int]
) -> Answer:
    """Photos and action together or not at all; rows to which no event came to refer go again."""
    pictures, round_ = shown
    attached = photos.Attached(PhotoPurpose.AFTER, link.party, round_)
    rows: list[Photo] = []
    happened = False
    try:
        rows += [photos.add_row(shop, link.key, one, attached) for one in pictures]
        answer = desk.act(
            shop, link.caller, link.key, wish, desk.Extras(_ticket(link, asked), photos=tuple(rows))
        )
        happened = answer.refused is None and answer.recalled is None
    finally:
        for row in () if happened else rows:
            photos.drop_row(shop, link.key, row.id)
    return answer


def _ticket(link: Link, asked: Asked) -> Ticket | None:
    """A form that is sent twice happens once, whatever was changed in it meanwhile."""
    if not 0 < len(asked.key) <= LONGEST_KEY:
        return None
    return Ticket.of(
        actor=link.digest,
        route=f"{VIA} {asked.action}",
        key=asked.key,
        site_id=link.key.site_id,
        body=b"",
        status=200,
    )


def _why(refusal: Exception, found: Found) -> str:
    english = found.language == "en"
    if isinstance(refusal, IllegalMove):
        return refusal.why if english else in_chinese(refusal.why, found.context.site)
    if isinstance(refusal, BadValue):
        return refusal.message if english else value_in_chinese(refusal.message)
    return word("elsewhere", found.language)
