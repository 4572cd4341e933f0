"""The Notifier port: one message to one address, and truthfully what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from services.notify.wording import Brief
from services.store import channels
from services.store.contexts import Sql
from services.store.transactions import transaction

RECORDER = channels.RECORDER
"""The kind of channel that keeps what would have been sent, in the table `phone`."""

SPOKEN = "spoken"
"""The kind of channel where a person telephones, and says so afterwards: 电话已告知."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one recipient is told over one channel; the same message has the same `delivery_id`."""

    delivery_id: int
    site_id: int
    stream_id: int
    party: str
    member: str | None
    kind: str
    address: str
    """As the channel's row has it: a recorder's label, else sealed, so that no message carries a secret."""
    language: str
    why: tuple[str, ...]
    title: str
    body: str
    at: datetime | None = None
    """On a virtual clock the site's time; None: the database's."""
    channel_id: int | None = None
    """The channel's row, for which its address is sealed."""
    others: tuple[int, ...] = ()
    """The other deliveries that a digest carries."""
    brief: Brief | None = None
    """The same as the parameters of a template, for services that take no free text."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service took it over."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It was certainly not taken; the words say why, without a secret or a personal address in them."""

    words: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection broke or timed out after something was sent: it may or may not have arrived."""

    words: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """Nothing was sent: a person has to do it, and to say so; see `services.notify.phone_calls`."""


Outcome = Accepted | Refused | Unknown | ByHand


class Notifier(Protocol):
    """Sends over one kind of service.

    An implementation answers within seconds, raises nothing for what the service or the network does, says
    `Accepted` only where the service said so, and puts neither secrets nor personal data into words or logs.
    """

    def send(self, message: Message) -> Outcome:
        """Send once; no transaction of the caller is open meanwhile."""


class Recorder:
    """Keeps messages instead of sending them; the same delivery is kept once, however often it is sent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def send(self, message: Message) -> Outcome:
        """Keep it in a transaction of its own."""
        with transaction(self._engine, [message.site_id]) as sql:
            record(sql, [message])
        return Accepted()


_RECORD = """
INSERT INTO phone (site_id, stream_id, delivery_id, at, party, member, address, language, why, title, body)
SELECT s, i, d, coalesce(a, statement_timestamp()), p, m, ad, l, string_to_array(w, ','), t, b
FROM unnest(%b::int[], %b::bigint[], %b::bigint[], %b::timestamptz[], %b::text[], %b::text[], %b::text[],
    %b::text[], %b::text[], %b::text[], %b::text[]) AS t (s, i, d, a, p, m, ad, l, w, t, b)
ON CONFLICT (delivery_id) DO NOTHING
"""


def record(sql: Sql, messages: list[Message]) -> None:
    """Keep many messages with one statement."""
    rows = [
        (
            *(one.site_id, one.stream_id, one.delivery_id, one.at, one.party, one.member),
            *(_label(one), one.language, ",".join(one.why), one.title, one.body),
        )
        for one in messages
    ]
    if rows:
        sql.execute(_RECORD, [list(column) for column in zip(*rows, strict=True)])


def _label(message: Message) -> str:
    """Only a recorder's own address is a label; any other may be personal or a secret."""
    return message.address if message.kind == RECORDER else message.kind
