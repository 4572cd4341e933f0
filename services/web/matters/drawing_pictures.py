"""Pictures of drawings and pairs on their way to a browser."""

from starlette.responses import Response

from services import desk
from services.execute import UnknownStream
from services.matters.drawings import acting
from services.matters.kit import Doer
from services.matters.pairs import acting as pairs
from services.store.transactions import transaction
from services.web.pictures import PhotoSize, picture_answer, picture_beside

Wanted = tuple[str, PhotoSize]
"""A picture by its id, and how large."""


def drawing_picture(one: Doer, code: str, wanted: Wanted, seen: str | None = None) -> Response:
    """Of a version that is shown. Raises UnknownStream."""
    key, (photo, size) = desk.key_of(one.caller, code), wanted
    if acting.found_drawing(one, key).state.picture(photo) is None:
        raise UnknownStream(photo)
    return picture_answer(one.settings, picture_beside(one.shop, key, photo, size), code, seen)


def pair_picture(one: Doer, code: str, wanted: Wanted, seen: str | None = None) -> Response:
    """Of a pair that is shown. Raises UnknownStream."""
    key, (photo, size) = desk.key_of(one.caller, code), wanted
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = pairs.find(one, sql, key)
    if not found.state.shows(photo):
        raise UnknownStream(photo)
    return picture_answer(one.settings, picture_beside(one.shop, key, photo, size), code, seen)
