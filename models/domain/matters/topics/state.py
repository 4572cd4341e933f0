"""What is known of a topic now: the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.domain.matter import Term
from models.domain.streams import TextRef


class TopicStatus(StrEnum):
    """议事的阶段, in their order; `declined` and `ended` are its other ends."""

    PROPOSED = "proposed"
    COLLECTING = "collecting"
    DELIBERATING = "deliberating"
    PUBLISHED = "published"
    AGREED = "agreed"
    CARRIED_OUT = "carried_out"
    REVIEWED = "reviewed"
    DECLINED = "declined"
    ENDED = "ended"
    """Without a consensus."""


class Stance(StrEnum):
    """赞成, 反对, or 建议: neither, but something to say."""

    FOR = "for"
    AGAINST = "against"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Opinion:
    """意见 of one person in one phase; a later one takes its place."""

    id: int
    person: str
    """Opaque: a member, or whoever holds the code that was given with it."""
    phase: TopicStatus
    stance: Stance
    at: datetime
    words: TextRef | None = None
    group: int | None = None
    hidden: TextRef | None = None
    """Why it is not shown; the reason is."""


@dataclass(frozen=True, slots=True)
class Group:
    """Opinions that say the same, under one heading, with the committee's answer beside them."""

    id: int
    heading: TextRef
    answer: TextRef | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """议题. Opinions are kept by number, as text, since JSON objects have text keys."""

    status: TopicStatus
    title: TextRef
    words: TextRef
    space: str
    """Empty where it concerns no single room."""
    proposed_at: datetime
    party: str | None
    """Of the proposer; None: a resident."""
    person: str | None = None
    order: int | None = None
    """Out of which it came: an order about noise, say."""
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    next_opinion: int = 1
    groups: Mapping[str, Group] = field(default_factory=dict)
    next_group: int = 1
    deadlines: Mapping[str, Term] = field(default_factory=dict)
    present: int = 0
    """How many sat at the deliberation."""
    consensus: TextRef | None = None
    published_at: datetime | None = None
    orders: tuple[int, ...] = ()
    """Running numbers of the orders by which it is carried out."""
    review: TextRef | None = None
    kept: bool | None = None
    """Whether what was agreed is kept, as the review found."""
    reason: TextRef | None = None
    """Why it was declined, or ended without a consensus; public."""
    ended_at: datetime | None = None

    @property
    def turnout(self) -> int:
        """How many people said something, hidden or not, each once."""
        return len({one.person for one in self.opinions.values()})

    def of(self, person: str) -> Opinion | None:
        """What somebody said in the phase that is under way."""
        mine = (one for one in self.opinions.values() if one.person == person)
        return next((one for one in mine if one.phase is self.status), None)

    def counts(self, phase: TopicStatus) -> dict[Stance, int]:
        """How many are for it, against it, or advise, in a phase."""
        said = [one.stance for one in self.opinions.values() if one.phase is phase]
        return {stance: said.count(stance) for stance in Stance}
