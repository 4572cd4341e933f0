"""Changed rules on their way: proposed, consented or objected to, ruled on, withdrawn."""

from models.domain.matter import Command
from models.domain.matters.rules import commands as c
from models.domain.matters.rules.decide import may_see
from models.domain.matters.rules.kind import RULES
from models.domain.matters.rules.state import Proposal
from models.domain.streams import StreamKey
from services.actions.table import Texts
from services.execute import Answer
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.matters.rules.editing import Checked
from services.store.contexts import Sql
from services.store.idempotency import Ticket

SORT = Sort(RULES, may_see)


def find(one: Doer, sql: Sql, key: StreamKey) -> Found[Proposal]:
    """A proposed change. Raises UnknownStream."""
    return kit.find(one, sql, key, SORT)


def propose(
    one: Doer, site_id: int, checked: Checked, reason: str, ticket: Ticket | None = None
) -> tuple[StreamKey, Answer]:
    """Put checked words before the parties. ValueError where they were found wrong."""
    if checked.parsed is None:
        raise ValueError("rules with problems are not proposed")
    texts = Texts()
    command = c.ProposeRules(checked.parsed, texts.keep(checked.source), texts.keep(reason))
    return kit.begin(one, site_id, RULES, Sent(command, texts.rows, ticket))


def consent(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """同意."""
    return _act(one, key, c.ConsentToRules(), Texts(), ticket)


def object_(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None) -> Answer:
    """提出异议."""
    texts = Texts()
    return _act(one, key, c.ObjectToRules(texts.keep(reason)), texts, ticket)


def rule(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None, *, accepted: bool) -> Answer:
    """裁定."""
    texts = Texts()
    return _act(one, key, c.RuleOnRules(accepted, texts.keep(reason)), texts, ticket)


def withdraw(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """撤回."""
    return _act(one, key, c.WithdrawRules(), Texts(), ticket)


def _act(one: Doer, key: StreamKey, command: Command, texts: Texts, ticket: Ticket | None) -> Answer:
    return kit.act(one, key, RULES, Sent(command, texts.rows, ticket))
