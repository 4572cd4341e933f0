"""What is done with a topic. Orders by which it is carried out are reported in the same unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from models.domain.matter import Command
from models.domain.matters.topics import commands as c
from models.domain.matters.topics.decide import may_see
from models.domain.matters.topics.kind import TOPIC
from models.domain.matters.topics.state import Stance, Topic
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import CommentBody, ReportBody
from services.actions.table import Texts
from services.execute import Answer, Envelope, Unit
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.store.contexts import Sql
from services.store.idempotency import Ticket
from services.store.transactions import transaction

SORT = Sort(TOPIC, may_see)


@dataclass(frozen=True, slots=True)
class NewTopic:
    """What the proposer filled in. `lasts`: how long opinions are collected, where the committee proposes.

    `order`: out of which it comes; what the proposer owes there is done, and the topic's clock counts.
    """

    title: str
    words: str
    space: str = ""
    lasts: timedelta | None = None
    order: StreamKey | None = None


def find(one: Doer, sql: Sql, key: StreamKey) -> Found[Topic]:
    """The topic. Raises UnknownStream."""
    return kit.find(one, sql, key, SORT)


def found_topic(one: Doer, key: StreamKey) -> Found[Topic]:
    """The topic. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return find(one, sql, key)


def topics_of(one: Doer, sql: Sql, sites: Sequence[int]) -> list[Found[Topic]]:
    """The latest topics of sites that the caller may see, with their titles."""
    return kit.with_words(sql, kit.listed(one, sql, SORT, sites), lambda topic: [topic.title])


def topics_about(sql: Sql, order: StreamKey) -> list[int]:
    """Running numbers of the topics that came out of an order, or that it carries out."""
    rows = sql.execute(
        "SELECT stream_id FROM stream WHERE site_id = %(site)s AND kind = 'topic'"
        " AND (state->'order' = to_jsonb(%(order)s::bigint)"
        " OR state->'orders' @> to_jsonb(%(order)s::bigint))"
        " ORDER BY stream_id",
        {"site": order.site_id, "order": order.stream_id},
    ).fetchall()
    return [number for (number,) in rows]


def propose(one: Doer, site_id: int, new: NewTopic, ticket: Ticket | None = None) -> tuple[StreamKey, Answer]:
    """提议; a repeated ticket answers with the topic of the first time."""
    key, texts = desk.new_key(one.shop, one.caller, site_id), Texts()
    number = new.order.stream_id if new.order else None
    title, words = texts.keep(new.title), texts.keep(new.words)
    command = c.ProposeTopic(title, words, new.space, new.lasts, number)
    envelopes = [kit.envelope(one, key, TOPIC, Sent(command, texts.rows))]
    if new.order is not None:
        said = CommentBody(note=f"已列入议事 {desk.code_of(one.caller, key)}，由议事确定办法。")
        envelopes.append(desk.envelope_of(one.caller, new.order, _done(one, new.order, said)))
    answer = one.shop.execute([Unit(tuple(envelopes), ticket)], sites=one.caller.site_ids)[0]
    if answer.recalled is not None:
        key = StreamKey(site_id, int(answer.recalled["stream_id"]))
    return key, answer


def _done(one: Doer, order: StreamKey, said: CommentBody) -> desk.Wish:
    return desk.Wish("done", said, one.caller.at(order.site_id).party)


def take_up(one: Doer, key: StreamKey, lasts: timedelta, ticket: Ticket | None = None) -> Answer:
    """列入议事."""
    return _act(one, key, c.TakeUpTopic(lasts), Texts(), ticket)


def decline(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None) -> Answer:
    """不列入."""
    texts = Texts()
    return _act(one, key, c.DeclineTopic(texts.keep(reason)), texts, ticket)


def say(one: Doer, key: StreamKey, stance: Stance, words: str | None, ticket: Ticket | None = None) -> Answer:
    """发表意见; what the same person said before in this phase is replaced, its words are erased."""
    texts = Texts()
    sent = Sent(c.GiveOpinion(stance, texts.keep_if(words)), texts.rows, ticket, _said_before(one, key))
    return kit.act(one, key, TOPIC, sent)


def take_back(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """收回 what one said oneself in this phase: its words are erased. Raises UnknownStream."""
    return kit.act(one, key, TOPIC, Sent(c.TakeBackOpinion(), ticket=ticket, erased=_said_before(one, key)))


def _said_before(one: Doer, key: StreamKey) -> tuple[str, ...]:
    """The words of the caller's own opinion in the phase that is under way, if there are some."""
    person = one.caller.at(key.site_id).person
    said = found_topic(one, key).state.of(person) if person is not None else None
    return (said.words.id,) if said is not None and said.words is not None else ()


def hide(one: Doer, key: StreamKey, opinion: str, reason: str | None, ticket: Ticket | None = None) -> Answer:
    """不予公开, with the reason in its place; without one it is shown again."""
    texts = Texts()
    return _act(one, key, c.HideOpinion(opinion, texts.keep_if(reason)), texts, ticket)


def group(
    one: Doer, key: StreamKey, opinions: Sequence[str], heading: str, ticket: Ticket | None = None
) -> Answer:
    """归并同类意见."""
    texts = Texts()
    return _act(one, key, c.GroupOpinions(tuple(opinions), texts.keep(heading)), texts, ticket)


def answer_group(one: Doer, key: StreamKey, number: str, words: str, ticket: Ticket | None = None) -> Answer:
    """回应."""
    texts = Texts()
    return _act(one, key, c.AnswerGroup(number, texts.keep(words)), texts, ticket)


def deliberate(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """Opinions are in: deliberate sooner than the date."""
    return _act(one, key, c.BeginDeliberation(), Texts(), ticket)


def agree(
    one: Doer, key: StreamKey, words: str, sat: tuple[int, timedelta], ticket: Ticket | None = None
) -> Answer:
    """达成共识; `sat`: how many sat together, and how long it is published."""
    texts = Texts()
    present, lasts = sat
    return _act(one, key, c.ReachConsensus(texts.keep(words), present, lasts), texts, ticket)


def end(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None) -> Answer:
    """No consensus."""
    texts = Texts()
    return _act(one, key, c.EndTopic(texts.keep(reason)), texts, ticket)


def carry_out(
    one: Doer, key: StreamKey, reports: Sequence[ReportBody], ticket: Ticket | None = None
) -> tuple[list[StreamKey], Answer]:
    """落实: its orders are reported with it, all together or none."""
    keys = desk.new_keys(one.shop, one.caller, key.site_id, len(reports))
    envelopes: list[Envelope] = [
        kit.envelope(one, key, TOPIC, Sent(c.CarryOut(tuple(each.stream_id for each in keys))))
    ]
    envelopes += [desk.reported(one.caller, order, body) for order, body in zip(keys, reports, strict=True)]
    answer = one.shop.execute([Unit(tuple(envelopes), ticket)], sites=one.caller.site_ids)[0]
    return keys, answer


def review(one: Doer, key: StreamKey, words: str, ticket: Ticket | None = None, *, kept: bool) -> Answer:
    """回头看."""
    texts = Texts()
    return _act(one, key, c.ReviewTopic(texts.keep(words), kept), texts, ticket)


def _act(one: Doer, key: StreamKey, command: Command, texts: Texts, ticket: Ticket | None) -> Answer:
    return kit.act(one, key, TOPIC, Sent(command, texts.rows, ticket))
