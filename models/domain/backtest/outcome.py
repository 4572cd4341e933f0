"""What a backtest found: by party what was late, stepped and sent, and which actions were not allowed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """One party under some rules."""

    dispatched: int = 0
    """Acting assignments, each round anew."""
    limits: int = 0
    late: int = 0
    """Limits that it passed; those of a rightly returned assignment are not held against it."""
    steps: Counter[str] = field(default_factory=Counter)
    """By mark: yellow 临期, red 超期, urge 催办, supervise 督办."""
    sent: int = 0
    """Notices to the party, one a recipient and instant."""


@dataclass(slots=True)
class Outcome:
    """All cases under some rules. Parties that did nothing in a case as it was are in `unknown` for it."""

    cases: int = 0
    closed: int = 0
    unrouted: int = 0
    late: set[str] = field(default_factory=set)
    """The cases of which some limit was passed, by name."""
    parties: dict[str, Tally] = field(default_factory=dict)
    not_allowed: Counter[str] = field(default_factory=Counter)
    """By action: what was done, and could not have been under these rules."""
    unknown: Counter[str] = field(default_factory=Counter)
    """By party: assignments whose end nobody can know, since another party had them."""

    def of(self, party: str) -> Tally:
        """The party's tally."""
        found = self.parties.get(party)
        if found is None:
            found = self.parties[party] = Tally()
        return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same history before and after a change of the rules."""

    before: Outcome
    after: Outcome

    @property
    def newly_late(self) -> list[str]:
        """The cases that only the change makes late."""
        return sorted(self.after.late - self.before.late)

    @property
    def no_longer_late(self) -> list[str]:
        """The cases that only the former rules make late."""
        return sorted(self.before.late - self.after.late)

    @property
    def parties(self) -> Mapping[str, tuple[Tally, Tally]]:
        """Each party before and after."""
        codes = dict.fromkeys((*self.before.parties, *self.after.parties))
        nothing = Tally()
        return {
            code: (self.before.parties.get(code, nothing), self.after.parties.get(code, nothing))
            for code in codes
        }
