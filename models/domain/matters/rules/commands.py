"""What somebody may ask of a change of the rules; texts refer to rows beside the ledger."""

from dataclasses import dataclass
from typing import ClassVar

from models.domain.matter import Command
from models.domain.playbook.parse import ParsedPlaybook
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class ProposeRules(Command):
    """Put changed rules before the parties. `source` is the very text that was parsed."""

    opens_stream: ClassVar[bool] = True

    rules: ParsedPlaybook
    source: TextRef
    reason: TextRef


@dataclass(frozen=True, slots=True)
class ConsentToRules(Command):
    """同意."""


@dataclass(frozen=True, slots=True)
class ObjectToRules(Command):
    """提出异议, with the reason."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class RuleOnRules(Command):
    """裁定: in force, or not."""

    accepted: bool
    reason: TextRef


@dataclass(frozen=True, slots=True)
class WithdrawRules(Command):
    """Take the proposal back."""
