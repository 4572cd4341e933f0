"""What somebody may ask of a topic; titles, opinions and answers refer to rows beside the ledger."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from models.domain.matter import Command
from models.domain.matters.topics.state import Stance
from models.domain.streams import TextRef

PUBLISHED_FOR = timedelta(days=7)
"""公示期, unless the committee says otherwise."""


@dataclass(frozen=True, slots=True)
class ProposeTopic(Command):
    """提议, by a resident or the committee. What the committee proposes is collected at once."""

    opens_stream: ClassVar[bool] = True

    title: TextRef
    words: TextRef
    space: str = ""
    lasts: timedelta | None = None
    """How long opinions are collected, where the committee proposes."""
    order: int | None = None
    """Running number of the order out of which it came."""


@dataclass(frozen=True, slots=True)
class TakeUpTopic(Command):
    """列入议事: opinions are collected for so long."""

    lasts: timedelta


@dataclass(frozen=True, slots=True)
class DeclineTopic(Command):
    """不列入, with a reason that everybody reads."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class GiveOpinion(Command):
    """发表意见, by the actor's person: a member, or whoever holds the code."""

    stance: Stance
    words: TextRef | None = None


@dataclass(frozen=True, slots=True)
class TakeBackOpinion(Command):
    """收回 what the actor's person said, while others can still say something."""


@dataclass(frozen=True, slots=True)
class HideOpinion(Command):
    """不予公开, with a reason that stands in its place; without one it is shown again."""

    opinion: str
    reason: TextRef | None


@dataclass(frozen=True, slots=True)
class GroupOpinions(Command):
    """归并同类意见 under a heading; they leave the groups that they were in."""

    opinions: tuple[str, ...]
    heading: TextRef


@dataclass(frozen=True, slots=True)
class AnswerGroup(Command):
    """回应 a group of opinions; a later answer takes the place of the earlier."""

    group: str
    words: TextRef


@dataclass(frozen=True, slots=True)
class BeginDeliberation(Command):
    """Collect no longer: the date for opinions is over sooner."""


@dataclass(frozen=True, slots=True)
class ReachConsensus(Command):
    """达成共识, by so many who sat together; it is published at once, for so long."""

    words: TextRef
    present: int
    lasts: timedelta = PUBLISHED_FOR


@dataclass(frozen=True, slots=True)
class EndTopic(Command):
    """No consensus was found, or it is given up after objections; with the reason."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class CarryOut(Command):
    """落实, by orders that are reported in the same unit; without any where nothing has to be mended."""

    orders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewTopic(Command):
    """回头看: whether what was agreed is kept."""

    words: TextRef
    kept: bool
