"""Marks: a word of its own in every field of the database that could tell somebody something.

A column is marked, or it is one of `CODES` (words of the domain, which say nothing alone), or it stands in
`LEFT` with the reason. A new column is none of these until somebody thinks about it, and a test fails.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from psycopg import sql as s
from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import psycopg


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CODES = _names(
    "actions calendar capacities category clock colour coordinator days holders kind language lease_token"
    " media_type member notice_ids origin outcome parties party playbook purpose recent region role row_key"
    " rung scopes severity space stage state status step substitute type urgency why zone code"
)
"""Columns by name that hold words of the domain, or numbers."""

LEFT: Mapping[str, str] = {
    "calendar.opens": "a time",
    "calendar.closes": "a time",
    "roster.begins": "a time",
    "roster.ends": "a time",
    "calendar_day.name": "the law",
    "calendar_day.source": "the law",
    "calendar_year.source": "the law",
    "event.payload": "made by the core of codes alone; its data is looked at field by field",
    "event.digest": "what the parties compare",
    "stream.head": "what the parties compare",
    "stream.state": "the fold of the events",
    "log_checkpoint.note": "signed, and sent to all parties",
    "log_node.hash": "part of the proofs that all parties receive",
    "log_run.leaves": "part of the proofs that all parties receive",
    "log_state.origin": "what checkpoints begin with",
    "log_state.verifier": "a public key",
    "log_state.hashes": "part of the proofs that all parties receive",
    "playbook.source": "the rules, which all parties agreed to",
    "playbook.digest": "of the rules",
    "answer_gram.gram": "two characters of what is published",
    "firing.kind": "a code",
    "figure_case.what": "a code",
    "figure_case.word": "a code",
    "notice.why": "codes",
    "dead_action.action": "a code",
    "alembic_version.version_num": "of the schema",
    "site.name": "on the poster",
    "site.phone": "on the poster",
    "site.name_en": "on the poster",
    "space.name": "on the door",
    "space.name_en": "on the door",
    "space.activities": "on the door",
    "space.reason": "on the door",
    "site.floorplan": "on the wall",
    "audit_state.drift": "how many differences were found",
}

UPDATED: Mapping[str, tuple[str, ...]] = {
    "party": ("name", "name_en"),
    "member": ("name", "block"),
    "delivery": ("result", "endpoint"),
    "delivery_step": ("token", "words"),
    "phone": ("address", "title", "body"),
}
"""Columns of rows that the site has anyway; each row gets a mark of its own."""

INSERTED: tuple[str, ...] = (
    "access_token",
    "account",
    "act_link",
    "admin_record",
    "alert",
    "audit_drift",
    "channel",
    "crew_link",
    "dead",
    "dead_action",
    "direct_message",
    "discarded_picture",
    "endpoint",
    "follower",
    "heartbeat",
    "idempotency",
    "one_time_code",
    "outside_identity",
    "recovery_code",
    "sign_in",
    "tracking_code",
    "tries",
    "weekly_report",
)
"""Tables that get a row whose every other text is a mark."""

NATURAL: Mapping[str, tuple[str, ...]] = {
    "photo": ("id", "secret", "sha256", "received"),
    "private_row": ("id", "secret", "body"),
    "access_token": ("digest",),
    "sign_in": ("digest",),
    "act_link": ("digest",),
    "crew_link": ("digest",),
    "tracking_code": ("digest",),
    "follower": ("digest",),
}
"""Values that are unlike all others as they are."""

TEXTS = frozenset({"text", "character varying", "bytea", "jsonb", "ARRAY"})
NUMBERS = count(1)


Marked = tuple[str, str]
"""What is marked (table.column), and the name of the order that it is about, "" for none."""


def mark() -> str:
    """A word that stands nowhere else."""
    return f"qz{next(NUMBERS):05d}xv"


def columns(owner: psycopg.Connection[Any]) -> dict[str, dict[str, tuple[str, bool]]]:
    """By table and column: its type, and whether it must be given."""
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for table, column, kind, needed in owner.execute(
        "SELECT table_name, column_name, data_type, is_nullable = 'NO' AND column_default IS NULL"
        " AND is_identity = 'NO' AND is_generated = 'NEVER' FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    ):
        found.setdefault(table, {})[column] = (kind, needed)
    return found


def forgotten(owner: psycopg.Connection[Any]) -> set[str]:
    """Columns that nobody has thought about: neither marked nor left out for a reason."""
    return {
        f"{table}.{column}"
        for table, known in columns(owner).items()
        for column, (kind, _) in known.items()
        if kind in TEXTS
        and column not in CODES
        and f"{table}.{column}" not in LEFT
        and column not in (*UPDATED.get(table, ()), *NATURAL.get(table, ()))
        and table not in INSERTED
    }


@dataclass(frozen=True)
class Marker:
    """Marks a database as its owner, with row-level security put aside for the moment."""

    owner: psycopg.Connection[Any]
    sites: Mapping[str, int]
    orders: Mapping[str, str]
    """Codes by name."""

    def place(self) -> dict[str, Marked]:
        """By mark: what it marks, and of which order."""
        return {
            **{word: what for table in UPDATED for word, what in self._updated(table)},
            **{word: what for table in INSERTED for word, what in self._inserted(table)},
            **{word: what for table in NATURAL for word, what in self._natural(table)},
        }

    def _updated(self, table: str) -> Iterator[tuple[str, Marked]]:
        for row in self._rows(table):
            words = {name: mark() for name in UPDATED[table]}
            pairs = s.SQL(", ").join(s.SQL("{} = %s").format(s.Identifier(name)) for name in words)
            update = s.SQL("UPDATE {} SET {} WHERE ctid = %s::tid").format(s.Identifier(table), pairs)
            with self._freely(table):
                self.owner.execute(update, (*words.values(), row["place"]))
            yield from ((word, (f"{table}.{name}", self._order_of(row))) for name, word in words.items())

    def _natural(self, table: str) -> Iterator[tuple[str, Marked]]:
        for row in self._rows(table):
            for name in NATURAL[table]:
                value = row[name].hex() if isinstance(row[name], bytes) else row[name]
                if value:
                    yield str(value), (f"{table}.{name}", self._order_of(row))

    def _inserted(self, table: str) -> Iterator[tuple[str, Marked]]:
        given: dict[str, Any] = {}
        for column, (kind, needed) in columns(self.owner)[table].items():
            word = mark()
            if column in _LEADING_IN:
                continue
            if column == "site_id":
                given[column] = self.sites["AIBO5"]
            elif kind in _MARKED:
                given[column] = _MARKED[kind](word)
                yield word, (f"{table}.{column}", "")
            elif needed:
                given[column] = _FILL.get(kind, UNUSED)
        names = s.SQL(", ").join(map(s.Identifier, given))
        values = s.SQL(", ").join(s.Placeholder() * len(given))
        insert = s.SQL("INSERT INTO {} ({}) VALUES ({})").format(s.Identifier(table), names, values)
        with self._freely(table):
            self.owner.execute(insert, list(given.values()))

    def _rows(self, table: str) -> list[dict[str, Any]]:
        with self._freely(table), self.owner.cursor(row_factory=dict_row) as cursor:
            cursor.execute(s.SQL("SELECT ctid::text AS place, * FROM {}").format(s.Identifier(table)))
            return cursor.fetchall()

    def _order_of(self, row: Mapping[str, Any]) -> str:
        """The name of the order that a row is about, "" for none."""
        stream = row.get("stream_id")
        if stream is None and "delivery_id" in row:
            found = [one for one in self._rows("delivery") if one["id"] == row["delivery_id"]]
            stream = found[0]["stream_id"] if found else None
        for name, code in self.orders.items():
            site, _, number = code.partition("-")
            if stream is not None and (self.sites[site], int(number)) == (row["site_id"], stream):
                return name
        return ""

    @contextmanager
    def _freely(self, table: str) -> Iterator[None]:
        """Without row-level security, which else binds the owner as well."""
        bound = self.owner.execute(
            "SELECT relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", (table,)
        ).fetchone() == (True,)
        alter = "ALTER TABLE {} {} ROW LEVEL SECURITY"
        words = (s.SQL("NO FORCE"), s.SQL("FORCE")) if bound else (s.SQL("NO FORCE"),) * 2
        self.owner.execute(s.SQL(alter).format(s.Identifier(table), words[0]))
        yield
        self.owner.execute(s.SQL(alter).format(s.Identifier(table), words[1]))


UNUSED = 9_000
"""A number that nothing else has."""
_LEADING_IN = frozenset({"revoked_at", "used_at", "ended_at", "done_at"})
_FILL: Mapping[str, Any] = {
    "boolean": False,
    "ARRAY": [],
    "date": "2026-01-01",
    "timestamp with time zone": "2026-06-01T00:00:00Z",
}
_MARKED: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "character varying": str,
    "bytea": str.encode,
    "jsonb": lambda word: f'{{"it": "{word}"}}',
}
