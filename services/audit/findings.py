"""What the auditor finds: drift of a kind, in a stream, as it is stored and as the events have it."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.domain.codec import instant
from models.domain.streams import StreamKey, Timer

LONGEST = 160


class DriftKind(StrEnum):
    """What has drifted from the events."""

    CHAIN = "chain"
    """The events themselves: nothing can be derived from a broken chain."""
    STATE = "state"
    COLUMN = "column"
    TIMER = "timer"
    """What should be armed."""
    FIRING = "firing"
    """What has fired."""
    NOTICE = "notice"
    """What should be sent."""
    DELIVERY = "delivery"
    """What became of it."""
    OUTBOX = "outbox"
    ROUTING = "routing"
    LATE = "late"
    """Due long ago, and not done by lanes that were at work all the while."""
    ORPHAN = "orphan"
    """Rows of a stream that is not there."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Something that is stored otherwise than the events have it."""

    key: StreamKey
    kind: DriftKind
    what: str
    stored: str
    derived: str


def short(value: Any) -> str:  # noqa: ANN401 - anything that is stored
    """A value for a line of a report."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Timer):
        return f"{value.kind} of {value.party} at {instant(value.fire_at)}, generation {value.generation}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "–"
    text = "–" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
