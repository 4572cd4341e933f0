"""How streams around the orders are found, begun and acted on, whatever their kind."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from models.domain.codec import decode
from models.domain.matter import Command, MatterKind
from models.domain.orders.refusals import BadValue
from models.domain.orders.rules import Context
from models.domain.streams import Actor, StreamKey, TextRef
from services import desk
from services.callers import Caller
from services.execute import Answer, Envelope, Shop, Unit, UnknownStream
from services.settings import Settings
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.idempotency import Ticket
from services.store.private import PrivateText, read_texts

MOST_LISTED = 100
_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")
"""A telephone or identity number; years, rooms and dates are shorter."""

State = TypeVar("State")
Sees = Callable[[Actor, Any, Context], bool]
"""Whether somebody sees a matter in this state at a site."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who acts, and what carries it out."""

    shop: Shop
    settings: Settings
    caller: Caller


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of matter, and who sees one."""

    kind: MatterKind
    sees: Sees


@dataclass(frozen=True, slots=True)
class Sent:
    """A command with the texts that it refers to, and the ticket of an idempotency key."""

    command: Command
    texts: Sequence[PrivateText] = ()
    ticket: Ticket | None = None
    erased: Sequence[str] = ()
    """Ids of texts and photos beside the ledger that go with it."""


@dataclass(frozen=True, slots=True)
class Found(Generic[State]):
    """A matter with its site, the rules in force there, and the words that its events refer to."""

    key: StreamKey
    site: SiteClock
    state: State
    context: Context
    now: datetime
    head: str
    """Of its hash chain, hexadecimal."""
    words: Mapping[str, str]
    """By id of the text; only where one matter was asked for."""

    @property
    def code(self) -> str:
        """Under which it is called."""
        return self.code_of(self.key.stream_id)

    def code_of(self, number: int) -> str:
        """The code of another stream of the same site."""
        return f"{self.site.code}-{number}"


def number_in(name: str, text: str) -> BadValue | None:
    """What is wrong with words that everybody reads at once: a telephone or identity number in them."""
    if _NUMBER.search(text) is None:
        return None
    return BadValue(name, "leave telephone and identity numbers out: everybody reads this")


def find(one: Doer, sql: Sql, key: StreamKey, sort: Sort) -> Found[Any]:
    """The matter.

    Raises:
        UnknownStream: there is none, or the caller may not see it; the two cannot be told apart.
    """
    row = sql.execute(
        "SELECT state, head, statement_timestamp() FROM stream"
        " WHERE site_id = %s AND stream_id = %s AND kind = %s",
        (key.site_id, key.stream_id, sort.kind.name),
    ).fetchone()
    if row is None or key.site_id not in one.caller.site_ids:
        raise UnknownStream(key)
    site = read_sites(sql, [key.site_id])[key.site_id]
    context = one.shop.contexts.of(sql, site)
    state = decode(sort.kind.state_type, row[0])
    if not sort.sees(one.caller.at(key.site_id), state, context):
        raise UnknownStream(key)
    now = site.virtual_now or row[2]
    return Found(key, site, state, context, now, bytes(row[1]).hex(), read_texts(sql, key))


def listed(one: Doer, sql: Sql, sort: Sort, sites: Iterable[int]) -> list[Found[Any]]:
    """The latest matters of a sort that the caller sees, newest first, without their words; one query."""
    rows = sql.execute(
        "SELECT site_id, stream_id, state, head, statement_timestamp() FROM stream"
        " WHERE kind = %s AND site_id = ANY (%s) ORDER BY reported_at DESC, stream_id DESC LIMIT %s",
        (sort.kind.name, list(sites), MOST_LISTED),
    ).fetchall()
    return _seen(one, sql, sort, rows)


def these(one: Doer, sql: Sql, sort: Sort, keys: Sequence[StreamKey]) -> list[Found[Any]]:
    """Those of the named matters of one site that the caller sees, in this order; one query."""
    numbers = [key.stream_id for key in keys]
    rows = sql.execute(
        "SELECT site_id, stream_id, state, head, statement_timestamp() FROM stream"
        " WHERE kind = %s AND site_id = ANY (%s) AND stream_id = ANY (%s)",
        (sort.kind.name, [key.site_id for key in keys], numbers),
    ).fetchall()
    return _seen(one, sql, sort, sorted(rows, key=lambda row: numbers.index(row[1])))


def _seen(one: Doer, sql: Sql, sort: Sort, rows: Sequence[tuple[Any, ...]]) -> list[Found[Any]]:
    sites = read_sites(sql, {row[0] for row in rows})
    contexts = {number: one.shop.contexts.of(sql, site) for number, site in sites.items()}
    matters = [
        Found(
            StreamKey(site_id, stream_id),
            sites[site_id],
            decode(sort.kind.state_type, state),
            contexts[site_id],
            sites[site_id].virtual_now or now,
            bytes(head).hex(),
            {},
        )
        for site_id, stream_id, state, head, now in rows
    ]
    return [each for each in matters if sort.sees(one.caller.at(each.key.site_id), each.state, each.context)]


def with_words(
    sql: Sql, matters: Sequence[Found[Any]], refs: Callable[[Any], Iterable[TextRef | None]]
) -> list[Found[Any]]:
    """Listed matters with those of their words that `refs` names of a state; one query for all."""
    ids = [ref.id for one in matters for ref in refs(one.state) if ref is not None]
    rows = sql.execute(
        "SELECT id, body FROM private_row WHERE site_id = ANY (%s) AND id = ANY (%s)"
        " AND kind = 'text' AND body IS NOT NULL",
        ([one.key.site_id for one in matters], ids),
    ).fetchall()
    words: dict[str, str] = dict(rows)
    return [replace(one, words=words) for one in matters]


def begin(one: Doer, site_id: int, kind: MatterKind, sent: Sent) -> tuple[StreamKey, Answer]:
    """Open a matter at a site; a repeated ticket answers with that of the first time."""
    key = desk.new_key(one.shop, one.caller, site_id)
    answer = act(one, key, kind, sent)
    if answer.recalled is not None:
        key = StreamKey(site_id, int(answer.recalled["stream_id"]))
    return key, answer


def act(one: Doer, key: StreamKey, kind: MatterKind, sent: Sent) -> Answer:
    """A command that touches the matter alone."""
    unit = Unit((envelope(one, key, kind, sent),), sent.ticket)
    return one.shop.execute([unit], sites=one.caller.site_ids)[0]


def envelope(one: Doer, key: StreamKey, kind: MatterKind, sent: Sent) -> Envelope:
    """A command on its way, for units that touch several streams and happen together or not at all."""
    actor, erased = one.caller.at(key.site_id), tuple(sent.erased)
    return Envelope(key, sent.command, actor, tuple(sent.texts), kind=kind.name, erased=erased)
