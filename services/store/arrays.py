"""Columns of many rows as PostgreSQL's binary arrays, for `unnest`.

psycopg finds an array's type by looking at all of its items, in Python. Where the statement says the type
anyway, that took a third of the time in which a small transaction is written.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from struct import Struct, pack
from typing import Any, ClassVar

import psycopg
from psycopg import pq
from psycopg.abc import Buffer
from psycopg.adapt import Dumper

_HEAD = Struct(">iiIii")
_LENGTH = Struct(">i").pack
_NULL = _LENGTH(-1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Where PostgreSQL's instants begin; they are whole microseconds."""
_CAST = re.compile(r"%b::(\w+)\[\]")


class Array(list[Any]):
    """A column; each subclass is one type of PostgreSQL."""


class _ArrayDumper(Dumper):
    """An array of one dimension."""

    format = pq.Format.BINARY
    item_oid: ClassVar[int]
    item: ClassVar[Callable[[Any], bytes]]

    def dump(self, obj: Array) -> Buffer:
        """The bytes of the array."""
        if not obj:
            return pack(">iiI", 0, 0, self.item_oid)
        item, parts, has_null = type(self).item, [b""], 0
        for one in obj:
            if one is None:
                has_null = 1
                parts.append(_NULL)
            else:
                made = item(one)
                parts += (_LENGTH(len(made)), made)
        parts[0] = _HEAD.pack(1, has_null, self.item_oid, len(obj), 1)
        return b"".join(parts)


def _instant(at: datetime) -> bytes:
    span = at - _EPOCH
    return pack(">q", (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds)


_ITEMS: Mapping[str, Callable[[Any], bytes]] = {
    "bool": Struct("?").pack,
    "int": Struct(">i").pack,
    "bigint": Struct(">q").pack,
    "text": str.encode,
    "bytea": bytes,
    "timestamptz": _instant,
}


def _kind(name: str) -> type[Array]:
    """The class of columns of a type, registered with psycopg."""
    info = psycopg.adapters.types["int4" if name == "int" else name]
    kind = type(f"{name.capitalize()}s", (Array,), {})
    given = {"oid": info.array_oid, "item_oid": info.oid, "item": staticmethod(_ITEMS[name])}
    psycopg.adapters.register_dumper(kind, type(f"{name.capitalize()}sDumper", (_ArrayDumper,), given))
    return kind


_KINDS = {name: _kind(name) for name in _ITEMS}


@cache
def _kinds_of(query: str) -> tuple[type[Array], ...]:
    return tuple(_KINDS[found] for found in _CAST.findall(query))


def put(sql: psycopg.Connection[Any], query: str, rows: Iterable[Sequence[Any]]) -> None:
    """Execute a statement once for all rows, one of its `%b::type[]` a column; without rows not at all."""
    columns = list(zip(*rows, strict=True))
    if columns:
        sql.execute(query, [kind(one) for kind, one in zip(_kinds_of(query), columns, strict=True)])
