"""What an event changes beside its stream, in the same transaction: one table.

The ledger stays the truth: a row here says no more than the event does. Nothing is refused here; what may be
refused is the core's to refuse.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from models.domain.matters.questions.events import AnswerPublished, AnswerWithdrawn
from models.domain.matters.questions.state import PublishedAnswer
from models.domain.matters.rules.events import RulesTookEffect
from models.domain.matters.rules.state import Proposal
from models.domain.streams import StreamKey
from services.store.contexts import Sql
from services.store.grams import write_grams
from services.store.private import read_texts
from services.store.sites import Edition, put_in_force
from services.store.streams import Loaded


def _publish(sql: Sql, key: StreamKey, proposal: Proposal) -> None:
    """The proposed words become the rules that new orders are dispatched under."""
    draft = proposal.draft
    source = read_texts(sql, key)[draft.source.id]
    put_in_force(sql, key.site_id, Edition(draft.code, draft.version, draft.digest), source)


def _findable(sql: Sql, key: StreamKey, on: PublishedAnswer) -> None:
    """What is public is found by its words; what was withdrawn is not."""
    words = read_texts(sql, key)
    text = f"{words[on.question.id]}\n{words[on.answer.id]}" if on.public else ""
    write_grams(sql, key, text)


EFFECTS: Mapping[str, Callable[[Sql, StreamKey, Any], None]] = {
    RulesTookEffect.__name__: _publish,
    AnswerPublished.__name__: _findable,
    AnswerWithdrawn.__name__: _findable,
}
"""By type of event; given the stream's state after it."""


def take_effect(sql: Sql, changed: Iterable[Loaded]) -> None:
    """After texts and streams were written: all that their new events change beside them."""
    for one in changed:
        for entry in one.fresh:
            effect = EFFECTS.get(entry.type)
            if effect is not None:
                effect(sql, one.key, one.state)
