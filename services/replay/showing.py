"""The pictures of a story: drawn for it, then received and attached as any photo."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a story, for what it is attached, and in which round of its order."""

    name: str
    purpose: PhotoPurpose
    round: int


def show(shop: Shop, caller: Caller, key: StreamKey, picture: Picture, *, at: datetime) -> Answer:
    """Draw a picture and attach it to an order."""
    vouched = commitment(token_bytes(32), picture.name.encode())
    photo = Photo(uuid4().hex, vouched, picture.purpose, caller.actor.party, picture.round)
    return desk.attach(shop, caller, key, photo, desk.Extras(now=at))
