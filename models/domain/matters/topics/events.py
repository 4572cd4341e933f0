"""What can happen to a topic. Past tense, frozen, versioned."""

from dataclasses import dataclass

from models.domain.matter import Event, Term
from models.domain.matters.topics.state import Group, Opinion
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class TopicProposed(Event):
    """Somebody wants it deliberated."""

    title: TextRef
    words: TextRef
    space: str
    party: str | None
    person: str | None = None
    order: int | None = None


@dataclass(frozen=True, slots=True)
class CollectionBegan(Event):
    """Opinions are collected until the term's instant."""

    term: Term


@dataclass(frozen=True, slots=True)
class TopicDeclined(Event):
    """It is not taken up."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class OpinionGiven(Event):
    """Somebody said something; with a number that there is, in the place of what he had said."""

    opinion: Opinion


@dataclass(frozen=True, slots=True)
class OpinionTakenBack(Event):
    """Whoever said it does not say it any more; it counts no longer."""

    opinion: str


@dataclass(frozen=True, slots=True)
class OpinionHidden(Event):
    """Its words are not shown, but the reason."""

    opinion: str
    reason: TextRef


@dataclass(frozen=True, slots=True)
class OpinionShown(Event):
    """Its words are shown again."""

    opinion: str


@dataclass(frozen=True, slots=True)
class OpinionsGrouped(Event):
    """They say the same."""

    group: Group
    opinions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupAnswered(Event):
    """The committee answered."""

    group: str
    words: TextRef


@dataclass(frozen=True, slots=True)
class CollectionEnded(Event):
    """It is deliberated now."""


@dataclass(frozen=True, slots=True)
class ConsensusReached(Event):
    """It is published until the term's instant."""

    words: TextRef
    present: int
    term: Term


@dataclass(frozen=True, slots=True)
class PublicationEnded(Event):
    """What was published is agreed."""


@dataclass(frozen=True, slots=True)
class TopicEnded(Event):
    """Without a consensus."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class TopicCarriedOut(Event):
    """By these orders of the site."""

    orders: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TopicReviewed(Event):
    """Somebody looked whether it is kept."""

    words: TextRef
    kept: bool
