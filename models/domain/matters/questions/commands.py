"""What somebody may ask of a published answer. Texts refer to rows beside the ledger."""

from dataclasses import dataclass
from typing import ClassVar

from models.domain.matter import Command
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class PublishAnswer(Command):
    """Publish an answered question, in words without personal data. `party` answered it."""

    opens_stream: ClassVar[bool] = True

    order: int
    space: str
    party: str
    question: TextRef
    answer: TextRef
    standing: int | None = None
    """The answer to that order that is public already, as it is now: then no other is."""


@dataclass(frozen=True, slots=True)
class SayHelped(Command):
    """A reader was helped; `mark` is keyed and stands for the browser."""

    mark: str


@dataclass(frozen=True, slots=True)
class WithdrawAnswer(Command):
    """Take it off the public page, with a reason."""

    reason: TextRef
