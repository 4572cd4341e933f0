"""What reporters said, on its way to a browser."""

from starlette.responses import Response

from models.domain.streams import StreamKey
from services import voices
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.store.transactions import transaction
from services.views.found import find
from services.views.seen import shows_photos

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Content-Disposition": "inline",
}
"""Nothing in it runs, whatever a browser takes it for."""


def recording(shop: Shop, caller: Caller, key: StreamKey) -> Response:
    """The recording, for whoever may read the reporter's words. Raises UnknownStream for all others."""
    with transaction(shop.engine, caller.site_ids) as sql:
        may = shows_photos(caller.at(key.site_id), find(shop, sql, caller, key, "zh"))
        voice = voices.read_voice(sql, key) if may else None
    if voice is None:
        raise UnknownStream(key)
    return Response(voice.content, media_type=voice.media_type, headers=HEADERS)
