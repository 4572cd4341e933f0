"""Verifying the log: its leaves from the first on, against its nodes, its state and every checkpoint.

That the tree over the first n leaves has the root of the checkpoint of n is what consistency means; proofs
are for those who do not hold the leaves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from sqlalchemy import Engine

from models.domain.merkle import CompactRange, Head
from models.domain.streams import StreamKey
from services.ledger.findings import LOG, Codes, Finding, Tally
from services.ledger.log import Log, Run, kept_nodes, read_log, runs_from, split
from services.ledger.notes import NoteError, Verifier, open_note, parse_checkpoint
from services.store.transactions import transaction

PAGE = 1000
"""Runs, or checkpoints, read at a time."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a checkpoint says the log was; `named` is how the report calls it."""

    head: Head
    named: str
    elsewhere: bool = False
    """Kept by somebody else: it holds against whoever has the database and the key."""

    @property
    def size(self) -> int:
        """The size that it speaks of."""
        return self.head.size


def stored_claims(
    engine: Engine, log: Log, verifiers: Sequence[Verifier], tally: Tally, *, last: bool = False
) -> Iterator[Claim]:
    """The stored checkpoints by size, or the last alone; one that nobody known has signed is a finding."""
    after = -1
    while True:
        with transaction(engine) as sql:
            rows = sql.execute(_LAST if last else _NEXT, {"after": after, "limit": PAGE}).fetchall()
        for size, issued_at, note in rows:
            named = f"the checkpoint of {issued_at:%Y-%m-%d %H:%M:%S} UTC"
            try:
                head = parse_checkpoint(open_note(note, verifiers), log.origin)
            except NoteError as error:
                tally.findings.append(Finding(LOG, None, f"{named} cannot be trusted: {error}"))
                continue
            if head.size != size:
                tally.findings.append(Finding(LOG, None, f"{named} was filed under another size"))
                continue
            tally.checkpoints += 1
            yield Claim(head, named)
        if last or len(rows) < PAGE:
            return
        after = rows[-1][0]


_CHECKPOINTS = "SELECT size, issued_at, note FROM log_checkpoint WHERE size > %(after)s ORDER BY size"
_NEXT = f"{_CHECKPOINTS} LIMIT %(limit)s"
_LAST = f"{_CHECKPOINTS} DESC LIMIT 1"


def walk(
    engine: Engine, codes: Codes, verifiers: Sequence[Verifier], held: Sequence[Claim], tally: Tally
) -> Iterator[Tally]:
    """Look at the whole log as it stood at the beginning; yields the tally after each page."""
    with transaction(engine) as sql:
        log = read_log(sql)
    claims = merge(
        stored_claims(engine, log, verifiers, tally),
        sorted(held, key=attrgetter("size")),
        key=attrgetter("size"),
    )
    walk = _Walk(engine, log, codes, claims, tally)
    while walk.page():
        yield tally
    walk.end()
    yield tally


@dataclass(slots=True)
class _Good:
    """How far the log holds."""

    named: str | None = None
    """The last checkpoint that agrees."""
    since: tuple[StreamKey, int] | None = None
    """The first event behind it: from there on a rewrite may begin."""
    is_over: bool = False


class _Walk:
    """The tree as it grows, leaf by leaf."""

    def __init__(self, engine: Engine, log: Log, codes: Codes, claims: Iterator[Claim], tally: Tally) -> None:
        self._engine, self._log, self._codes, self._claims = engine, log, codes, claims
        self._tally, self._tree = tally, CompactRange()
        self._claim = next(claims, None)
        # By whether it was kept elsewhere: what was signed anew here is no witness against that.
        self._good: dict[bool, _Good] = {False: _Good(), True: _Good()}
        self._torn = False
        self._nodes: list[tuple[int, int, bytes]] = []
        self._check()

    def page(self) -> bool:
        """The next runs; whether there may be more."""
        with transaction(self._engine) as sql:
            runs = runs_from(sql, self._tree.size, PAGE)
            for run in runs:
                if self._tree.size >= self._log.tree.size or self._torn:
                    break
                self._run(run)
            self._check_nodes_against(
                {
                    (level, index): kept
                    for level, index, kept in sql.execute(
                        "SELECT level, index, hash FROM log_node"
                        " JOIN unnest(%s::int[], %s::bigint[]) AS k (level, index) USING (level, index)",
                        ([one[0] for one in self._nodes], [one[1] for one in self._nodes]),
                    )
                }
            )
        return len(runs) == PAGE and self._tree.size < self._log.tree.size and not self._torn

    def _run(self, run: Run) -> None:
        if run.first_index != self._tree.size:
            self._torn = True
            self._find(
                run.key, run.first_seq, f"leaves {self._tree.size} to {run.first_index - 1} are missing"
            )
            return
        for place, leaf in enumerate(split(run.leaves)):
            for good in self._good.values():
                good.since = good.since or (run.key, run.first_seq + place)
            self._nodes += kept_nodes(self._tree.append(leaf))
            self._tally.leaves += 1
            if self._claim is not None and self._claim.size == self._tree.size:
                self._check()

    def _check(self) -> None:
        """Compare the tree with every checkpoint of its size."""
        while self._claim is not None and self._claim.size == self._tree.size:
            claim, good = self._claim, self._good[self._claim.elsewhere]
            if claim.head.root == self._tree.root():
                good.since, good.named = None, claim.named
            elif not good.is_over:
                good.is_over = True
                self._find_since(f"the log was rewritten: {claim.named} has another root", good)
            self._claim = next(self._claims, None)

    def _check_nodes_against(self, kept: dict[tuple[int, int], bytes]) -> None:
        wrong = [one for one in self._nodes if kept.get(one[:2]) != one[2]]
        if wrong:
            level, index, _ = wrong[0]
            self._tally.findings.append(
                Finding(LOG, None, f"node {level}/{index} of the tree is not that of its leaves")
            )
        self._nodes.clear()

    def end(self) -> None:
        """What the state and the checkpoints that are left say of a log that ends here."""
        tree, state = self._tree, self._log.tree
        if not self._torn and (tree.size, tree.hashes) != (state.size, state.hashes):
            words = f"the log has {tree.size} leaves, its state {state.size} or other ones"
            self._find_since(words, self._good[False])
        with transaction(self._engine) as sql:
            # What was appended and signed while we walked is no cut.
            size = read_log(sql).tree.size
        for left in [self._claim, *self._claims] if self._claim else []:
            if left.size > size:
                words = f"the log was cut: {left.named} has {left.size} leaves, the log {size}"
                self._find_since(words, self._good[left.elsewhere])
                return

    def _find_since(self, what: str, good: _Good) -> None:
        """A finding of which only the checkpoints before and behind say where."""
        words = f"{what}; up to {good.named} it holds" if good.named else what
        if good.since is None:
            self._tally.findings.append(Finding(LOG, None, words))
        else:
            self._find(*good.since, words)

    def _find(self, key: StreamKey, seq: int, what: str) -> None:
        self._tally.findings.append(Finding(self._codes.of(key), seq, what))
