"""Changed rules as the API answers them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from models.domain.matters.rules import decide as d
from models.domain.matters.rules.state import Proposal, RulesStatus
from models.domain.streams import Actor
from services.matters.kit import Found
from services.matters.rules.editing import Checked
from services.matters.rules.wording import in_words
from services.views.language import Language, party_name
from services.views.models import Named, View


class ProblemView(View):
    """What keeps the rules from working, where, and what to do about it."""

    line: int
    message: str
    remedy: str


class ChangeView(View):
    """One thing that differs from the rules in force, in words; empty: nothing was, or is, said."""

    section: str
    where: str
    before: str
    after: str
    stricter_safety: bool


class CheckedView(View):
    """Problems by line; or what differs, and the backtest on the site's own history."""

    problems: list[ProblemView]
    changes: list[ChangeView]
    at_once: bool = Field(description="Only stricter safety limits: they take effect when proposed.")
    mixed: bool = Field(description="Stricter safety limits among others: to be proposed by themselves.")
    backtest: dict[str, Any] | None = Field(
        description="What would have been late, stepped and sent, by party, before and after."
    )


class ObjectionView(View):
    """Who objects, and why."""

    party: Named
    reason: str


class ProposalItem(View):
    """A proposed change in the list."""

    code: str
    status: RulesStatus
    version: int
    proposed_at: datetime
    due_at: datetime | None = Field(description="Until when the parties may object, or the decider rules.")
    ended_at: datetime | None


class RulesView(View):
    """The latest changes that were proposed."""

    items: list[ProposalItem]


class ProposalWhole(ProposalItem):
    """A proposed change with who said what of it."""

    reason: str
    source: str = Field(description="The whole proposed playbook, as TOML.")
    consents: list[Named]
    objections: list[ObjectionView]
    unanswered: list[Named]
    decider: Named | None
    ruling: str
    why: str | None = Field(description="Why it took effect: safety, silence, consent or ruling.")
    allowed: list[str] = Field(description="What the caller may do with it now.")


def checked_view(checked: Checked, found: Any, language: Language) -> CheckedView:  # noqa: ANN401 - a Playbook
    """What was found; `found` are the rules in force."""
    changes = in_words(checked.changes, found, checked.parsed.playbook, language) if checked.parsed else []
    return CheckedView(
        problems=[ProblemView(line=x.line, message=x.message, remedy=x.remedy) for x in checked.problems],
        changes=[
            ChangeView(
                section=x.section, where=x.where, before=x.before, after=x.after, stricter_safety=x.stricter
            )
            for x in changes
        ],
        at_once=checked.at_once,
        mixed=checked.mixed,
        backtest=checked.report,
    )


def item_of(found: Found[Proposal]) -> ProposalItem:
    """A proposed change of the list."""
    return ProposalItem(**_item(found))


def _item(found: Found[Proposal]) -> dict[str, Any]:
    one = found.state
    return {
        "code": found.code,
        "status": one.status,
        "version": one.draft.version,
        "proposed_at": one.proposed_at,
        "due_at": one.term.due_at if one.term else None,
        "ended_at": one.ended_at,
    }


def whole(found: Found[Proposal], actor: Actor, language: Language) -> ProposalWhole:
    """A proposed change, and what the actor may do with it."""
    one, site, words = found.state, found.context.site, found.words

    def named(code: str) -> Named:
        return Named(code=code, name=party_name(code, site, language))

    return ProposalWhole(
        **_item(found),
        reason=words.get(one.reason.id, ""),
        source=words.get(one.draft.source.id, ""),
        consents=[named(code) for code in one.consents],
        objections=[
            ObjectionView(party=named(code), reason=words.get(ref.id, ""))
            for code, ref in one.objections.items()
        ],
        unanswered=[named(code) for code in one.unanswered],
        decider=named(one.decider) if one.decider else None,
        ruling=words.get(one.ruling.id, "") if one.ruling else "",
        why=one.why,
        allowed=list(allowed(found, actor)),
    )


def allowed(found: Found[Proposal], actor: Actor) -> list[str]:
    """What the actor may do with it now."""
    one = found.state
    rules = d.may_rule(actor, one)
    answers = d.may_answer(actor, one)
    return [
        *(["consent", "object"] if answers else []),
        *(["rule"] if rules else []),
        *(["withdraw"] if d.may_withdraw(actor, one, found.context) else []),
    ]
