"""What is done in a meeting. What the order has to agree to, or follow, goes into the same unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.domain.matters.meetings import commands as c
from models.domain.matters.meetings import decide as d
from models.domain.matters.meetings.kind import MEETING
from models.domain.matters.meetings.rules import may_see
from models.domain.matters.meetings.state import MeetingState
from models.domain.orders import minutes as m
from models.domain.orders.paying import Ground
from models.domain.orders.refusals import BadValue, IllegalMove
from models.domain.policy import Sight
from models.domain.streams import SYSTEM, StreamKey
from models.domain.words import Does, MeetingReason, Origin
from services import desk
from services.actions.table import Texts
from services.execute import Answer, Envelope, Unit, UnknownStream
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.matters.meetings.paying import proposal_of
from services.store.contexts import Sql
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.found import Found as FoundOrder
from services.views.found import find as find_order
from services.views.language import Language
from services.views.seen import sights_of

SORT = Sort(MEETING, may_see)


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """What the caller filled in. `invited` beside the parties that act on the order."""

    order: StreamKey
    reason: MeetingReason
    meets_at: datetime
    place: str
    invited: Sequence[str] = ()
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the minutes: who does what by when."""

    party: str
    does: Does
    what: str | None = None
    by: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewMinutes:
    """A draft as it was written; `after` is the number of drafts that its writer saw."""

    after: int
    lines: Sequence[Line]
    payer: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who pays, as a person says; `reason` where that is not what the rule proposes."""

    payer: str
    ground: Ground
    origin: Origin
    reason: str | None = None


def find(one: Doer, sql: Sql, key: StreamKey) -> Found[MeetingState]:
    """The meeting. Raises UnknownStream."""
    return kit.find(one, sql, key, SORT)


def found_meeting(one: Doer, key: StreamKey) -> Found[MeetingState]:
    """The same in a transaction of its own."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return find(one, sql, key)


def order_of(one: Doer, sql: Sql, key: StreamKey, language: Language) -> FoundOrder:
    """An order, for whoever may see all of it: a reporter settles nothing. Raises UnknownStream."""
    found = find_order(one.shop, sql, one.caller, key, language)
    if Sight.WHOLE not in sights_of(one.caller.at(key.site_id), found):
        raise UnknownStream(key)
    return found


def call(one: Doer, new: NewMeeting, ticket: Ticket | None = None) -> tuple[StreamKey, Answer]:
    """Call a meeting; a repeated ticket answers with that of the first time. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        order = order_of(one, sql, new.order, "zh").order
    acting = tuple(sorted(each.party for each in order.acting()))
    key, texts = desk.new_key(one.shop, one.caller, new.order.site_id), Texts()
    command = c.CallMeeting(
        order=new.order.stream_id,
        reason=new.reason,
        invited=tuple(dict.fromkeys((*acting, *new.invited))),
        acting=acting,
        meets_at=new.meets_at,
        place=new.place,
        words=texts.keep_if(new.words),
    )
    asked = m.CallForMeeting(key.stream_id, new.reason, frozenset(acting), frozenset(command.invited))
    own = kit.envelope(one, key, MEETING, Sent(command, texts.rows))
    unit = Unit((own, Envelope(new.order, asked, one.caller.at(key.site_id))), ticket)
    answer = one.shop.execute([unit], sites=one.caller.site_ids)[0]
    if answer.recalled is not None:
        key = StreamKey(key.site_id, int(answer.recalled["stream_id"]))
    return key, answer


def state_position(one: Doer, key: StreamKey, words: str, ticket: Ticket | None = None) -> Answer:
    """书面意见 of the caller's party."""
    texts = Texts()
    command = c.StatePosition(texts.keep(words))
    return kit.act(one, key, MEETING, Sent(command, texts.rows, ticket))


def draft(one: Doer, key: StreamKey, new: NewMinutes, ticket: Ticket | None = None) -> Answer:
    """Put minutes on the table."""
    texts = Texts()
    items = _items(new.lines, texts)
    command = c.DraftMinutes(new.after, items, new.payer, texts.keep_if(new.note))
    return kit.act(one, key, MEETING, Sent(command, texts.rows, ticket))


def sign(one: Doer, key: StreamKey, number: int, ticket: Ticket | None = None) -> Answer:
    """Sign a draft; with the last signature the order follows. Two last ones at once: one sees the other."""
    answer = _sign(one, key, number, ticket)
    if isinstance(answer.refused, IllegalMove) and answer.refused.why == d.CHANGED:
        return _sign(one, key, number, ticket)
    return answer


def _sign(one: Doer, key: StreamKey, number: int, ticket: Ticket | None) -> Answer:
    state = found_meeting(one, key).state
    party = one.caller.at(key.site_id).party
    last = state.minutes is not None and set(state.missing) == {party}
    envelopes = [kit.envelope(one, key, MEETING, Sent(c.SignMinutes(number, last)))]
    if last and state.minutes is not None:
        on = state.minutes
        follow = m.FollowMinutes(key.stream_id, on.items, on.signers, on.payer)
        envelopes.append(Envelope(StreamKey(key.site_id, state.order), follow, SYSTEM))
    return one.shop.execute([Unit(tuple(envelopes), ticket)], sites=one.caller.site_ids)[0]


def rule(
    one: Doer, key: StreamKey, lines: Sequence[Line], reason: str, ticket: Ticket | None = None
) -> Answer:
    """The decider settles action and making safe; who pays stays open."""
    state, texts = found_meeting(one, key).state, Texts()
    items = _items(lines, texts)
    own = kit.envelope(one, key, MEETING, Sent(c.RuleMeeting(items, texts.keep(reason)), texts.rows))
    order = StreamKey(key.site_id, state.order)
    follow = Envelope(order, m.FollowRuling(key.stream_id, items), one.caller.at(key.site_id))
    return one.shop.execute([Unit((own, follow), ticket)], sites=one.caller.site_ids)[0]


def cancel(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """Call it off."""
    order = StreamKey(key.site_id, found_meeting(one, key).state.order)
    own = kit.envelope(one, key, MEETING, Sent(c.CancelMeeting()))
    unit = Unit((own, Envelope(order, m.LeaveMeeting(key.stream_id), SYSTEM)), ticket)
    return one.shop.execute([unit], sites=one.caller.site_ids)[0]


def confirm(one: Doer, order: StreamKey, said: Confirmed, ticket: Ticket | None = None) -> Answer:
    """A person confirms who pays. Raises UnknownStream, BadValue where a reason is missing."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        proposed = proposal_of(sql, order_of(one, sql, order, "zh"))
    if said.reason is None and said.payer != proposed.payer:
        raise BadValue("reason", "say why another payer than the rule proposes")
    texts = Texts()
    command = m.ConfirmPayer(said.payer, said.ground, said.origin, texts.keep_if(said.reason))
    envelope = Envelope(order, command, one.caller.at(order.site_id), tuple(texts.rows))
    return one.shop.execute([Unit((envelope,), ticket)], sites=one.caller.site_ids)[0]


def _items(lines: Sequence[Line], texts: Texts) -> tuple[m.Item, ...]:
    return tuple(m.Item(one.party, one.does, texts.keep_if(one.what), one.by) for one in lines)
