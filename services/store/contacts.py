"""Contacts of reporters as rows: sealed, opened for who may, and shown masked everywhere else."""

import json
from dataclasses import dataclass

from models.domain.personal import mask_name, mask_phone
from models.domain.streams import StreamKey
from services.secrets import KeyRing, ring
from services.store.contexts import Sql
from services.store.private import CONTACT, CRAFTSMAN, SEALED, row_of


@dataclass(frozen=True, slots=True)
class Contact:
    """What a reporter left, to be called back."""

    name: str | None = None
    phone: str | None = None

    @property
    def masked(self) -> "Contact":
        """As it is shown: 王**, 138****5678."""
        return Contact(
            mask_name(self.name) if self.name else None, mask_phone(self.phone) if self.phone else None
        )


def read_contact(sql: Sql, key: StreamKey) -> Contact | None:
    """The contact in full, for who is on record as having looked; None where there is none, or no more.

    Raises:
        CannotOpen: its key is not given any more.
    """
    row = sql.execute(
        "SELECT id, body FROM private_row WHERE site_id = %s AND stream_id = %s AND kind = %s"
        " AND body IS NOT NULL",
        (key.site_id, key.stream_id, CONTACT),
    ).fetchone()
    return Contact(**json.loads(ring().open(row[1], row_of(key.site_id, row[0])))) if row else None


def read_craftsman(sql: Sql, key: StreamKey, row_id: str) -> Contact | None:
    """Who does the work on site, in full, for the party that named him; None where it was erased.

    Raises:
        CannotOpen: its key is not given any more.
    """
    row = sql.execute(
        "SELECT body FROM private_row WHERE site_id = %s AND stream_id = %s AND id = %s AND kind = %s"
        " AND body IS NOT NULL",
        (key.site_id, key.stream_id, row_id, CRAFTSMAN),
    ).fetchone()
    return Contact(**json.loads(ring().open(row[0], row_of(key.site_id, row_id)))) if row else None


def masked_contact(sql: Sql, key: StreamKey) -> Contact | None:
    """The contact as it is shown to who has to call; None where there is none, or no more."""
    found = read_contact(sql, key)
    return found.masked if found else None


def reseal(sql: Sql, keys: KeyRing) -> int:
    """Seal every contact with the newest key; returns how many. Raises CannotOpen."""
    rows = sql.execute(
        "SELECT site_id, id, body FROM private_row WHERE kind = ANY (%s) AND body IS NOT NULL"
        " ORDER BY site_id, id FOR UPDATE",
        (list(SEALED),),
    ).fetchall()
    with sql.cursor() as cursor:
        cursor.executemany(
            "UPDATE private_row SET body = %s WHERE (site_id, id) = (%s, %s)",
            [
                (
                    keys.seal(keys.open(body, row_of(site_id, row_id)), row_of(site_id, row_id)),
                    site_id,
                    row_id,
                )
                for site_id, row_id, body in rows
            ],
        )
    return len(rows)
