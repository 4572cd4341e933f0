"""The pictures of a story: drawn for it, then received, kept and attached as any photo."""

from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

from models.domain.streams import StreamKey
from services import desk, photos
from services.callers import Caller
from services.execute import Answer, Shop
from services.photos import Attached, Picture
from services.replay.pictures import drawn
from services.settings import Settings


@dataclass(slots=True)
class Album:
    """Draws each picture once."""

    shop: Shop
    settings: Settings
    _drawn: dict[str, Picture] = field(default_factory=dict)

    def show(self, caller: Caller, key: StreamKey, name: str, attached: Attached, *, at: datetime) -> Answer:
        """Attach the picture of the name to an order. Raises UnknownPicture."""
        photo = photos.add_row(self.shop, key, self.kept(name), attached)
        return desk.attach(self.shop, caller, key, photo, desk.Extras(now=at))

    def kept(self, name: str) -> Picture:
        """The picture of the name, on the shelf. Raises UnknownPicture."""
        if name not in self._drawn:
            self._drawn[name] = photos.picture_of(BytesIO(drawn(name)))
            photos.keep(self.settings, self._drawn[name])
        return self._drawn[name]
