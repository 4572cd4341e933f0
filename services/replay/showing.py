"""The pictures of a story: drawn for it, then received and attached as any photo."""

from datetime import datetime
from secrets import token_bytes
from uuid import uuid4

from models.domain.ledger import commitment
from models.domain.orders.state import Photo
from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services import desk
from services.callers import Caller
from services.execute import Answer, Shop


def show(
    shop: Shop, caller: Caller, key: StreamKey, name: str, purpose: PhotoPurpose, *, round_: int, at: datetime
) -> Answer:
    """Draw a picture and attach it to an order."""
    photo = Photo(
        uuid4().hex, commitment(token_bytes(32), name.encode()), purpose, caller.actor.party, round_
    )
    return desk.attach(shop, caller, key, photo, desk.Extras(now=at))
