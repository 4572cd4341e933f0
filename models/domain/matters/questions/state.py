"""What is known of a published answer now: the fold of its events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.domain.streams import TextRef


class AnswerStatus(StrEnum):
    """Whether everybody may read it."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """公开答复: a question and its answer in the moderator's words; the order keeps the original ones."""

    status: AnswerStatus
    order: int
    space: str
    party: str
    """Who answered: the order's lead."""
    question: TextRef
    answer: TextRef
    published_at: datetime
    helped: frozenset[str] = frozenset()
    """Keyed marks of the browsers that were helped: each counts once."""
    ended_at: datetime | None = None
    reason: TextRef | None = None
    """Why it was withdrawn."""

    @property
    def public(self) -> bool:
        """Whether everybody may read it."""
        return self.status is AnswerStatus.PUBLISHED
