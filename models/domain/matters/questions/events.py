"""What can happen to a published answer. Past tense, frozen, versioned."""

from dataclasses import dataclass

from models.domain.matter import Event
from models.domain.matters.questions.commands import PublishAnswer
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class AnswerPublished(Event):
    """Everybody may read it."""

    published: PublishAnswer


@dataclass(frozen=True, slots=True)
class AnswerHelped(Event):
    """One more reader was helped."""

    mark: str


@dataclass(frozen=True, slots=True)
class AnswerWithdrawn(Event):
    """It left the public page."""

    reason: TextRef
