"""The log as it lies in PostgreSQL: its state, its leaves in runs, its nodes at every eighth level.

With nodes at every eighth level a proof reads at most 256 hashes a level (the tiles of C2SP tlog-tiles).
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from models.domain import ledger
from models.domain.merkle import CompactRange, Nodes, root_of
from models.domain.streams import StreamKey
from services.store.batches import OF_STREAMS, key_columns
from services.store.contexts import Sql

TIER = 8
"""Levels between two that are kept."""
TILE = 1 << TIER
HASH = 32
LONGEST_RUN = 1000
"""Leaves in a row of `log_run` at most: what reads one leaf reads its run."""
TILES_KEPT = 256


@dataclass(slots=True)
class Log:
    """The log's name, who signs for it (a verifier key) and its tree."""

    origin: str
    verifier: str | None
    tree: CompactRange


@dataclass(slots=True)
class Run:
    """Leaves beside each other that hold consecutive events of one stream; hashes joined, 32 bytes each."""

    first_index: int
    key: StreamKey
    first_seq: int
    leaves: bytearray = field(default_factory=bytearray)

    @property
    def last_seq(self) -> int:
        """The seq of its last event."""
        return self.first_seq + len(self.leaves) // HASH - 1

    def goes_on_with(self, key: StreamKey, seq: int) -> bool:
        """Whether an event may stand behind the last one."""
        return (self.key, self.last_seq + 1) == (key, seq) and len(self.leaves) < LONGEST_RUN * HASH


@dataclass(slots=True)
class Growth:
    """What a batch adds to the log."""

    runs: list[Run] = field(default_factory=list)
    nodes: list[tuple[int, int, bytes]] = field(default_factory=list)


def read_log(sql: Sql, *, lock: bool = False) -> Log:
    """The log as it stands; begun, under a name of its own, where there is none yet."""
    row = sql.execute(_READ + (" FOR UPDATE" if lock else "")).fetchone()
    if row is None:
        sql.execute(
            "INSERT INTO log_state (id, origin, size, hashes) VALUES (1, %s, 0, '') ON CONFLICT DO NOTHING",
            (f"lianban/{secrets.token_hex(8)}",),
        )
        row = sql.execute(_READ).fetchone()
    if row is None:
        raise RuntimeError("the log has no state although it was written")
    return Log(row[0], row[1], CompactRange(row[2], tuple(split(row[3]))))


_READ = "SELECT origin, verifier, size, hashes FROM log_state WHERE id = 1"


def split(joined: bytes | bytearray) -> Iterator[bytes]:
    """Hashes that were stored as one."""
    return (bytes(joined[place : place + HASH]) for place in range(0, len(joined), HASH))


def grow(tree: CompactRange, events: Iterable[tuple[int, int, int, bytes]]) -> Growth:
    """Append events (site, stream, seq, hash), each stream's in their order, to the tree."""
    grown = Growth()
    for site_id, stream_id, seq, digest in events:
        key = StreamKey(site_id, stream_id)
        leaf = ledger.logged(key, seq, digest)
        last = grown.runs[-1] if grown.runs else None
        if last is None or not last.goes_on_with(key, seq):
            last = Run(tree.size, key, seq)
            grown.runs.append(last)
        last.leaves.extend(leaf)
        grown.nodes += kept_nodes(tree.append(leaf))
    return grown


def kept_nodes(made: Sequence[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """Of the nodes that a leaf completed those that are stored beside the leaves."""
    return [one for one in made[TIER:] if one[0] % TIER == 0]


def write(sql: Sql, tree: CompactRange, grown: Growth) -> None:
    """Write what was appended."""
    sql.execute(
        "INSERT INTO log_run (first_index, site_id, stream_id, first_seq, last_seq, leaves) SELECT * FROM"
        " unnest(%b::bigint[], %b::int[], %b::bigint[], %b::int[], %b::int[], %b::bytea[])",
        _columns(
            (
                one.first_index,
                one.key.site_id,
                one.key.stream_id,
                one.first_seq,
                one.last_seq,
                bytes(one.leaves),
            )
            for one in grown.runs
        ),
    )
    if grown.nodes:
        sql.execute(
            "INSERT INTO log_node (level, index, hash)"
            " SELECT * FROM unnest(%b::int[], %b::bigint[], %b::bytea[])",
            _columns(grown.nodes),
        )
    sql.execute(
        "UPDATE log_state SET size = %s, hashes = %s WHERE id = 1", (tree.size, b"".join(tree.hashes))
    )


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def runs_from(sql: Sql, index: int, limit: int) -> list[Run]:
    """The next runs whose first leaf is at `index` or behind it, in their order."""
    rows = sql.execute(
        f"SELECT {_RUN} FROM log_run WHERE first_index >= %s ORDER BY first_index LIMIT %s",  # noqa: S608 - our own constants
        (index, limit),
    )
    return [_run(*row) for row in rows]


def runs_of(sql: Sql, keys: Sequence[StreamKey]) -> dict[StreamKey, list[Run]]:
    """The runs of streams, each stream's in the order of its events."""
    rows = sql.execute(
        f"SELECT {_RUN} FROM log_run {OF_STREAMS} ORDER BY site_id, stream_id, first_seq",  # noqa: S608 - our own constants
        key_columns(keys),
    )
    found: dict[StreamKey, list[Run]] = {}
    for row in rows:
        run = _run(*row)
        found.setdefault(run.key, []).append(run)
    return found


def places_of(sql: Sql, key: StreamKey) -> dict[int, int]:
    """Where in the log a stream's events stand, by their seq."""
    return {
        run.first_seq + place: run.first_index + place
        for run in runs_of(sql, [key]).get(key, ())
        for place in range(run.last_seq - run.first_seq + 1)
    }


_RUN = "first_index, site_id, stream_id, first_seq, leaves"


def _run(first_index: int, site_id: int, stream_id: int, first_seq: int, leaves: bytes) -> Run:
    return Run(first_index, StreamKey(site_id, stream_id), first_seq, bytearray(leaves))


class TornLog(LookupError):
    """The log lacks leaves or nodes that it must have: `./lianban ledger verify` says from where on."""


def stored_nodes(sql: Sql) -> Nodes:
    """Reads nodes of the stored tree, a tile of 256 at a time; a reader raises TornLog for a missing one."""

    @lru_cache(maxsize=TILES_KEPT)
    def tile(tier: int, number: int) -> list[bytes]:
        begin = number * TILE
        if tier == 0:
            return _leaves(sql, begin, begin + TILE)
        rows = sql.execute(
            "SELECT hash FROM log_node WHERE level = %s AND index >= %s AND index < %s ORDER BY index",
            (tier * TIER, begin, begin + TILE),
        )
        return [row[0] for row in rows]

    def node(level: int, index: int) -> bytes:
        tier, within = divmod(level, TIER)
        number, place = divmod(index << within, TILE)
        hashes = tile(tier, number)[place : place + (1 << within)]
        if len(hashes) != 1 << within:
            raise TornLog(f"the log has no node {level}/{index}")
        return root_of(hashes)

    return node


def _leaves(sql: Sql, begin: int, end: int) -> list[bytes]:
    """The leaves from `begin` to before `end`, as far as there are any."""
    rows = sql.execute(
        "SELECT first_index, leaves FROM log_run WHERE first_index < %(end)s AND first_index >= coalesce("
        "(SELECT max(first_index) FROM log_run WHERE first_index <= %(begin)s), 0) ORDER BY first_index",
        {"begin": begin, "end": end},
    )
    found: list[bytes] = []
    for first, joined in rows:
        if first > begin + len(found):
            raise TornLog(f"the log has no leaf {begin + len(found)}")
        found += list(split(joined))[max(begin - first, 0) : end - first]
    return found
