"""The pair as a kind of stream: published and, if it has to be, withdrawn."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from models.domain.kinds import Columns
from models.domain.matter import Asked, Event, MatterKind
from models.domain.matters.drawings.decide import PUBLISHERS, may_publish
from models.domain.matters.pairs import state as p
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.streams import Actor

WITHDRAWN_ALREADY = "these photos were withdrawn already"


def may_see(actor: Actor, pair: p.Pair, context: Context) -> bool:
    """Everybody; once it is withdrawn those who publish."""
    return pair.withdrawn is None or may_publish(actor, context)


def _published(_pair: None, command: p.PublishPair, one: Asked) -> Iterator[Event]:
    party, site = one.actor.party, one.context.site
    if party is None or not may_publish(one.actor, one.context):
        raise NotYours("publish", PUBLISHERS)
    if command.space not in site.spaces:
        raise BadValue("space", "there is no such space here")
    before, after = command.before, command.after
    if before.day >= after.day:
        raise BadValue("day", "the photo from before has to be the older one")
    if after.day > one.now.astimezone(ZoneInfo(site.zone)).date():
        raise BadValue("day", "no photo is taken on a day to come")
    yield p.PairPublished(command.space, before, after, party, command.words)


def _withdrawn(pair: p.Pair, command: p.WithdrawPair, one: Asked) -> Iterator[Event]:
    if not may_publish(one.actor, one.context):
        raise NotYours("withdraw", PUBLISHERS)
    if pair.withdrawn is not None:
        raise IllegalMove("pair", WITHDRAWN_ALREADY, state="withdrawn", holders=(), allowed=())
    yield p.PairWithdrawn(command.reason)


def _fold_published(_pair: None, event: p.PairPublished, at: datetime) -> p.Pair:
    return p.Pair(event.space, event.before, event.after, event.party, at, event.words)


def _fold_withdrawn(pair: p.Pair, event: p.PairWithdrawn, at: datetime) -> p.Pair:
    return replace(pair, withdrawn=event.reason, withdrawn_at=at)


def _columns(state: p.Pair, _context: Context) -> Columns:
    return Columns(
        status="withdrawn" if state.withdrawn else "published",
        space=state.space,
        parties=(state.party,),
        reported_at=state.published_at,
        closed_at=state.withdrawn_at,
    )


PAIR = MatterKind(
    "pair",
    p.Pair,
    {p.PublishPair: _published, p.WithdrawPair: _withdrawn},
    {p.PairPublished: _fold_published, p.PairWithdrawn: _fold_withdrawn},
    columns_of=_columns,
)
