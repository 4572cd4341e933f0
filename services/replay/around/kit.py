"""A step of a story on something around the orders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.domain.streams import StreamKey
from services.execute import Answer
from services.matters.kit import Doer
from services.photos import Picture


@dataclass(frozen=True, slots=True)
class Step:
    """Who does it, on what (None where it begins with this step), and what the story says about it."""

    one: Doer
    site_id: int
    at: datetime
    key: StreamKey | None
    words: Mapping[str, Any]
    keys: Mapping[str, StreamKey]
    """Everything told so far, by its key in the story."""
    pictures: Callable[[str], Picture]
    """Draws and keeps a picture of the story. Raises UnknownPicture."""

    @property
    def begun(self) -> StreamKey:
        """What the step is about. Raises LookupError before it has begun."""
        if self.key is None:
            raise LookupError("it has not begun with an earlier step")
        return self.key


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a step: the stream, the engine's answer, and orders that came of it, in their order."""

    key: StreamKey
    answer: Answer
    orders: Sequence[StreamKey] = ()


Doing = Callable[[Step], Done]
