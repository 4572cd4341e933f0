"""Texts and contacts beside the ledger: rows that can be erased, vouched for by keyed hashes in events.

A contact is sealed as well; its commitment is to the plain text, so that keys can be rotated.
"""

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from models.domain.ledger import commitment
from models.domain.streams import StreamKey, TextRef
from services.secrets import ring
from services.store.arrays import put
from services.store.contexts import Sql

LONGEST_TEXT = 10_000
CONTACT = "contact"
"""The kind of row that says whom to call back: sealed, and never among an order's texts."""
CRAFTSMAN = "craftsman"
"""The kind of row that says who does the work on site: sealed, too."""
SEALED = (CONTACT, CRAFTSMAN)
VOICE = "voice"
"""The kind of row that holds a recording, as `services.voices` writes it; it is no text either."""
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
        (
            (key.site_id, one.id, key.stream_id, one.kind, one.secret, _stored(key, one), now)
            for key, one in rows
        ),
    )


def row_of(site_id: int, row_id: str) -> str:
    """The row that a contact is sealed for."""
    return f"contact {site_id} {row_id}"


def _stored(key: StreamKey, one: PrivateText) -> str:
    return ring().seal(one.body, row_of(key.site_id, one.id)) if one.kind in SEALED else one.body


def erase_rows(sql: Sql, gone: Iterable[tuple[StreamKey, str]]) -> None:
    """Empty rows of texts, contacts and photos, with the keys of their commitments; they vouch for nothing.

    Pictures that lie on the shelf are noted, to be taken off it once this is committed.
    """
    named = [(key.site_id, row_id) for key, row_id in gone]
    if not named:
        return
    ids = ([site for site, _ in named], [row_id for _, row_id in named])
    sql.execute(
        "UPDATE private_row SET secret = NULL, body = NULL"
        " WHERE (site_id, id) IN (SELECT * FROM unnest(%s::int[], %s::text[]))",
        ids,
    )
    sql.execute(
        "INSERT INTO discarded_picture (sha256, since)"
        " SELECT DISTINCT sha256, statement_timestamp() FROM photo"
        " WHERE (site_id, id) IN (SELECT * FROM unnest(%s::int[], %s::text[])) AND sha256 IS NOT NULL"
        " ON CONFLICT DO NOTHING",
        ids,
    )
    sql.execute(
        "UPDATE photo SET secret = NULL, sha256 = NULL, received = NULL"
        " WHERE (site_id, id) IN (SELECT * FROM unnest(%s::int[], %s::text[]))",
        ids,
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
