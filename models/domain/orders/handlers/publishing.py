"""What the public is told: 公布, 情况说明, 公开单位."""

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.lives import illegal


@handles(c.Publish)
def publish(draft: Draft, command: c.Publish) -> None:
    """What residents wrote never appears by itself: these words are somebody's who answers for them."""
    if command.title is None and draft.order.public_title is None:
        why = "nothing is published"
        raise illegal("publish", why, draft.order, draft.actor, draft.context)
    draft.emit(e.OrderPublished(command.title))


@handles(c.Explain)
def explain(draft: Draft, command: c.Explain) -> None:
    """By whoever is past a limit. It waits for the autonomy office, also where an earlier one is public."""
    _need_red(draft, "explain", command.party)
    draft.emit(e.LatenessExplained(command.party, command.text))


@handles(c.NameParty)
def name_party(draft: Draft, command: c.NameParty) -> None:
    """Only whoever is past a limit, with what it explained, and once for each explanation."""
    _need_red(draft, "name-party", command.party)
    assignment = draft.order.assignments[command.party]
    if assignment.explanation is None:
        why = f"{command.party} has not explained itself yet"
        raise illegal("name-party", why, draft.order, draft.actor, draft.context)
    if assignment.named and assignment.told_public == assignment.explanation:
        why = "it is public already"
        raise illegal("name-party", why, draft.order, draft.actor, draft.context)
    draft.emit(e.PartyNamed(command.party, assignment.explanation))


def _need_red(draft: Draft, action: str, party: str) -> None:
    if not draft.order.assignments[party].red:
        why = f"{party} is not past a limit"
        raise illegal(action, why, draft.order, draft.actor, draft.context)
