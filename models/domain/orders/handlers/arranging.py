"""What a party arranges beside the work: when it comes, who has the key, who handles it, who works."""

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue


@handles(c.Appoint)
def appoint(draft: Draft, command: c.Appoint) -> None:
    """预约; another appointment takes the place of the one before."""
    if command.at <= draft.now:
        raise BadValue("at", "it has to lie ahead")
    draft.emit(e.VisitAppointed(command.party, command.at, command.note))


@handles(c.NameKeyHolder)
def name_key_holder(draft: Draft, command: c.NameKeyHolder) -> None:
    """Whoever comes next knows where to ask."""
    draft.emit(e.KeyHolderNamed(command.party, command.note))


@handles(c.Transfer)
def transfer(draft: Draft, command: c.Transfer) -> None:
    """Within the party: its clock, its duty and its verifiers stay what they are."""
    if draft.order.assignments[command.party].handler == command.member:
        raise illegal("transfer", "that member handles it already", draft.order, draft.actor, draft.context)
    draft.emit(e.HandlerNamed(command.party, command.member))


@handles(c.NameCraftsman)
def name_craftsman(draft: Draft, command: c.NameCraftsman) -> None:
    """Who comes, for the party; the obligation stays the party's."""
    draft.emit(e.CraftsmanNamed(command.party, command.note))
