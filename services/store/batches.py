"""Reading what belongs to several streams: one indexed question a table."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from models.domain.streams import StreamKey
from services.store.contexts import Sql

OF_STREAMS = "JOIN unnest(%s::int[], %s::bigint[]) AS k (site_id, stream_id) USING (site_id, stream_id)"
"""Narrows a table to the streams of `key_columns`."""
CHUNK = 2000
"""Events fetched from the server at a time."""

Events = Iterator[tuple[StreamKey, Iterator[tuple[Any, ...]]]]
"""Streams in the order of their keys, each with its events: seq, type, instant, payload, digest."""


def key_columns(keys: Collection[StreamKey]) -> tuple[list[int], list[int]]:
    """The keys in columns, as `unnest` takes them."""
    return [key.site_id for key in keys], [key.stream_id for key in keys]


@contextmanager
def events_of(sql: Sql, keys: Collection[StreamKey]) -> Iterator[Events]:
    """The events of streams; they pass one by one, so that memory does not grow with the ledger."""
    with sql.cursor(name="events") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(
            f"SELECT site_id, stream_id, seq, type, at, payload, digest FROM event {OF_STREAMS}"  # noqa: S608 - our own constants
            " ORDER BY site_id, stream_id, seq",
            key_columns(keys),
        )
        yield (
            (StreamKey(*place), (row[2:] for row in rows))
            for place, rows in groupby(cursor, itemgetter(0, 1))
        )
