"""What is told of the reporter, and what is forgotten: 查看联系方式, 删除个人信息."""

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue


@handles(c.Reveal)
def reveal(draft: Draft, command: c.Reveal) -> None:
    """On record: who looked at what, and why (PIPL: each look is one that can be asked about)."""
    if not command.what:
        raise BadValue("what", "say what you need: the name, the phone or both")
    if draft.order.reporter.contact is None:
        raise illegal("reveal", "the reporter left no contact", draft.order, draft.actor, draft.context)
    draft.emit(e.ContactRevealed(command.what, command.reason))


@handles(c.Erase)
def erase(draft: Draft, command: c.Erase) -> None:
    """On record: what is gone and why. What is gone already is not gone once more."""
    if command.what:
        draft.emit(e.PersonalDataErased(command.what, command.why))
