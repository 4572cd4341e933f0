"""Publishing an answered question, finding it again, counting whom it helped, withdrawing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from models.domain.matters.questions import commands as c
from models.domain.matters.questions.kind import ANSWER, may_see
from models.domain.matters.questions.state import AnswerStatus, PublishedAnswer
from models.domain.streams import StreamKey, TextRef
from services.actions.table import Texts
from services.execute import Answer
from services.identity import tries
from services.identity.tries import Limit
from services.matters import kit
from services.matters.kit import MOST_LISTED, Doer, Found, Sent, Sort
from services.matters.questions.answered import answered_by, public_of
from services.secrets import ring_of
from services.store.contexts import Sql
from services.store.grams import found_by
from services.store.idempotency import Ticket
from services.store.transactions import transaction

SORT = Sort(ANSWER, may_see)
EXACT, SIMILAR = 1.0, 0.4
"""Which share of the pairs of characters an answer has: of words searched for, of a question to be asked."""
MOST_OFFERED = 3
"""Before a similar question is asked."""
_LOCK = 23_000_000_000
"""Beside other advisory locks: one number a site follows."""
HELPED_PER_NETWORK = Limit(100, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """The moderator's words."""

    order: StreamKey
    question: str
    answer: str


def find(one: Doer, key: StreamKey) -> Found[PublishedAnswer]:
    """A published answer; a withdrawn one for who moderates. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return kit.find(one, sql, key, SORT)


def publish(one: Doer, new: NewAnswer, ticket: Ticket | None = None) -> tuple[StreamKey, Answer]:
    """Publish an answered question.

    Raises:
        UnknownStream: there is no such question, or the caller does not see it.
        BadValue: it is not answered, or private; or the words have a number in them.
    """
    for name, text in (("question", new.question), ("answer", new.answer)):
        wrong = kit.number_in(name, text)
        if wrong is not None:
            raise wrong
    texts = Texts()
    question, answer = texts.keep(new.question), texts.keep(new.answer)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        # Two moderators at once publish it once.
        sql.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK + new.order.site_id,))
        asked, standing = answered_by(one, sql, new.order), public_of(sql, new.order)
        command = c.PublishAnswer(
            *(new.order.stream_id, asked.space, asked.party, question, answer), standing=standing
        )
        return kit.begin(one, new.order.site_id, ANSWER, Sent(command, texts.rows, ticket))


def helped(one: Doer, key: StreamKey, browser: str, address: str) -> Answer:
    """A reader was helped; said twice by one browser it counts once. Raises TooManyTries."""
    ring = ring_of(one.settings)
    network = ring.fingerprint(f"helped:{tries.network_of(address)}")
    tries.spend(one.shop.engine, {f"helped:{network}": HELPED_PER_NETWORK})
    mark = ring.fingerprint(f"helped {key.site_id} {key.stream_id}: {browser}")[:32]
    return kit.act(one, key, ANSWER, Sent(c.SayHelped(mark)))


def withdraw(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None) -> Answer:
    """Take it off the public page."""
    texts = Texts()
    return kit.act(one, key, ANSWER, Sent(c.WithdrawAnswer(texts.keep(reason)), texts.rows, ticket))


def listed(one: Doer, sites: Sequence[int]) -> list[Found[PublishedAnswer]]:
    """The latest, withdrawn ones for who moderates."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return kit.with_words(sql, kit.listed(one, sql, SORT, sites), _words)


def search(one: Doer, site_id: int, words: str, share: float = EXACT) -> list[Found[PublishedAnswer]]:
    """Public answers with these words, of two characters at least, nearest first; without any the latest."""
    with transaction(one.shop.engine, [site_id]) as sql:
        numbers = found_by(sql, site_id, words, share) if words.strip() else _latest(sql, site_id)
        keys = [StreamKey(site_id, number) for number in numbers]
        return kit.with_words(sql, kit.these(one, sql, SORT, keys), _words)


def similar(one: Doer, site_id: int, question: str) -> list[Found[PublishedAnswer]]:
    """Answers to offer before a question is asked; none where nothing is like it."""
    found = search(one, site_id, question, SIMILAR) if question.strip() else []
    return found[:MOST_OFFERED]


def _words(on: PublishedAnswer) -> list[TextRef | None]:
    return [on.question, on.answer, on.reason]


def _latest(sql: Sql, site_id: int) -> list[int]:
    rows = sql.execute(
        "SELECT stream_id FROM stream WHERE kind = %s AND site_id = %s AND status = %s"
        " ORDER BY reported_at DESC, stream_id DESC LIMIT %s",
        (ANSWER.name, site_id, AnswerStatus.PUBLISHED, MOST_LISTED),
    )
    return [number for (number,) in rows]
