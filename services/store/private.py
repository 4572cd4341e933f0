"""Texts and contacts beside the ledger: rows that can be erased, vouched for by keyed hashes in events."""

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from models.domain.ledger import commitment
from models.domain.streams import StreamKey, TextRef
from services.store.arrays import put
from services.store.contexts import Sql

LONGEST_TEXT = 10_000
_KEPT = {"\n", "\t"}


@dataclass(frozen=True, slots=True)
class PrivateText:
    """A row to be: written in the transaction of the command that refers to it."""

    id: str
    kind: str
    secret: bytes
    body: str

    @property
    def ref(self) -> TextRef:
        """What the event carries instead of the words."""
        return TextRef(self.id, commitment(self.secret, self.body.encode()))


def private_text(body: str, kind: str = "text") -> PrivateText:
    """A row for `body`, without control characters, with a key of its own."""
    return PrivateText(uuid4().hex, kind, secrets.token_bytes(32), cleaned(body))


def cleaned(body: str) -> str:
    """`body` without control characters (but for line ends and tabs) and lone surrogates."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in body if c in _KEPT or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


def write_texts(sql: Sql, rows: Iterable[tuple[StreamKey, PrivateText]], now: datetime) -> None:
    """Write rows beside the streams that refer to them."""
    put(
        sql,
        "INSERT INTO private_row (site_id, id, stream_id, kind, secret, body, created_at)"
        " SELECT * FROM unnest(%b::int[], %b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::text[],"
        " %b::timestamptz[])",
        ((key.site_id, one.id, key.stream_id, one.kind, one.secret, one.body, now) for key, one in rows),
    )


def read_texts(sql: Sql, key: StreamKey) -> dict[str, str]:
    """The texts of a stream by id; an erased one is missing. Contacts are not among them."""
    return dict(
        sql.execute(
            "SELECT id, body FROM private_row WHERE site_id = %s AND stream_id = %s AND kind = 'text'"
            " AND body IS NOT NULL",
            (key.site_id, key.stream_id),
        ).fetchall()
    )
