"""What a verification finds, and how much it looked at."""

from dataclasses import dataclass, field

from models.domain.streams import StreamKey

LOG = "log"
"""Stands for the installation's log where a finding is of no one stream."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was: of which order, from which event on, and what."""

    where: str
    """An order's code, or `log`."""
    seq: int | None
    """The event from which on nothing is proven any more."""
    what: str


@dataclass(slots=True)
class Tally:
    """What was looked at so far, and what was found."""

    streams: int = 0
    events: int = 0
    pending: int = 0
    """Events that the log does not hold yet, and is going to."""
    leaves: int = 0
    checkpoints: int = 0
    texts: int = 0
    photos: int = 0
    erased: int = 0
    """Texts and photos of which only the commitment is left."""
    locked: int = 0
    """Contacts that cannot be looked at: their key is not given here."""
    findings: list[Finding] = field(default_factory=list)


class Codes(dict[int, str]):
    """Codes of sites by id."""

    def of(self, key: StreamKey) -> str:
        """The order's code; a site that is gone leaves its number."""
        return f"{self.get(key.site_id, f'site {key.site_id}')}-{key.stream_id}"
