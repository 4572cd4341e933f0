"""What can happen to a change of the rules. Past tense, frozen, versioned."""

from dataclasses import dataclass

from models.domain.matter import Event, Term
from models.domain.matters.rules.state import Draft
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class RulesProposed(Event):
    """公示: the parties have until the term to object; without one it takes effect at once."""

    party: str
    draft: Draft
    reason: TextRef
    asked: tuple[str, ...]
    person: str | None = None
    objecting: Term | None = None


@dataclass(frozen=True, slots=True)
class RulesConsented(Event):
    """A party agrees."""

    party: str


@dataclass(frozen=True, slots=True)
class RulesObjected(Event):
    """A party objects."""

    party: str
    reason: TextRef


@dataclass(frozen=True, slots=True)
class RulingAsked(Event):
    """There are objections: the decider rules by the term."""

    decider: str
    ruling: Term


@dataclass(frozen=True, slots=True)
class RulingOverdue(Event):
    """The decider has not ruled in time."""

    decider: str


@dataclass(frozen=True, slots=True)
class RulesRuled(Event):
    """裁定. `by` is None where every decider proposed or objected, so that nobody is left: not accepted."""

    accepted: bool
    by: str | None = None
    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class RulesTookEffect(Event):
    """生效: new orders are dispatched under them; why: safety, silence, consent, ruling."""

    why: str


@dataclass(frozen=True, slots=True)
class RulesWithdrawn(Event):
    """撤回."""


@dataclass(frozen=True, slots=True)
class RulesOvertaken(Event):
    """The rules changed otherwise meanwhile: this change is of rules that are no longer in force."""
