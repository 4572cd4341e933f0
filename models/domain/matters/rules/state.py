"""What is known of a proposed change of the rules now: the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.domain.matter import Term
from models.domain.streams import TextRef


class RulesStatus(StrEnum):
    """公示中, 待裁定, 已生效, 不采用, 已撤回, 已过时 (the rules changed otherwise meanwhile)."""

    OPEN = "open"
    RULING = "ruling"
    EFFECTIVE = "effective"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Draft:
    """The words proposed: a whole playbook beside the ledger, and what it would follow."""

    code: str
    version: int
    digest: str
    """SHA-256 of its text, as orders pin it."""
    source: TextRef
    base_version: int
    base: str
    """The digest of the rules that it changes."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed change. Parties that were asked have consented, objected, or said nothing yet."""

    status: RulesStatus
    party: str
    proposed_at: datetime
    draft: Draft
    reason: TextRef
    asked: tuple[str, ...]
    person: str | None = None
    consents: Mapping[str, datetime] = field(default_factory=dict)
    objections: Mapping[str, TextRef] = field(default_factory=dict)
    deadlines: Mapping[str, Term] = field(default_factory=dict)
    """The one that runs: for objecting, then for ruling."""
    decider: str | None = None
    overdue: bool = False
    """The decider is past the time for ruling."""
    ruling: TextRef | None = None
    why: str | None = None
    """Why it took effect: safety, silence, consent or ruling."""
    ended_at: datetime | None = None

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Who has said nothing yet."""
        return tuple(one for one in self.asked if one not in self.consents and one not in self.objections)

    @property
    def term(self) -> Term | None:
        """The limit that runs."""
        return next(iter(self.deadlines.values()), None)
