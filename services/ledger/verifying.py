"""`lianban ledger verify`: is everything as it was when it was signed, and if not, from which event on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from models.domain.ledger import logged
from models.domain.merkle import Nodes, ProofError, check_inclusion, inclusion_path, range_hash
from models.domain.streams import StreamKey
from services.ledger.findings import Codes, Finding, Tally
from services.ledger.keys import has_key, signer
from services.ledger.log import Log, TornLog, places_of, read_log, stored_nodes
from services.ledger.notes import Verifier, open_note, parse_checkpoint
from services.ledger.streams import verify_streams
from services.ledger.walking import Claim, stored_claims, walk
from services.pictures.shelf import Shelf
from services.secrets import KeyRing
from services.settings import Settings
from services.store.contexts import Sql
from services.store.transactions import transaction


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count, and the checkpoints that somebody kept elsewhere."""

    verifiers: tuple[Verifier, ...]
    held: tuple[Claim, ...] = ()


def trust(
    engine: Engine, settings: Settings, *, keys: Sequence[str] = (), against: Sequence[Path] = ()
) -> Trust:
    """This machine's own key and the given verifier keys; without either the key that the database names.

    Raises:
        NoteError: a key is none, or a checkpoint file cannot be trusted.
    """
    with transaction(engine) as sql:
        log = read_log(sql)
    known = [Verifier.parse(one) for one in keys]
    if has_key(settings):
        known.append(signer(settings, log.origin).verifier)
    elif log.verifier and not known:
        known.append(Verifier.parse(log.verifier))
    held = []
    for file in against:
        said = parse_checkpoint(open_note(file.read_text(encoding="utf-8"), known), log.origin)
        held.append(Claim(said, f"the checkpoint in {file}", elsewhere=True))
    return Trust(tuple(known), tuple(held))


def verify(
    engine: Engine,
    trusted: Trust,
    only: StreamKey | None = None,
    shelf: Shelf | None = None,
    ring: KeyRing | None = None,
) -> Iterator[Tally]:
    """Look at everything, or at one stream and its leaves in the log; yields the tally as it grows.

    Photos are looked at with the shelf that they lie on, contacts with the process's ring or the one given.

    Raises:
        ShelfAway: the photos cannot be read just now.
    """
    tally = Tally()
    with transaction(engine) as sql:
        codes = Codes(sql.execute("SELECT id, code FROM site").fetchall())
    yield from verify_streams(engine, codes, tally, only, shelf, ring=ring)
    if only is None:
        yield from walk(engine, codes, trusted.verifiers, trusted.held, tally)
        return
    with transaction(engine) as sql:
        log = read_log(sql)
    last = stored_claims(engine, log, trusted.verifiers, tally, last=True)
    claims = [*last, *trusted.held]
    with transaction(engine) as sql:
        _Placed(sql, log, codes, only).verify(claims, tally)
    yield tally


class _Placed:
    """A stream's events at their places in the log."""

    def __init__(self, sql: Sql, log: Log, codes: Codes, key: StreamKey) -> None:
        self._nodes: Nodes = stored_nodes(sql)
        self._size, self._key, self._code = log.tree.size, key, codes.of(key)
        digests = sql.execute(
            "SELECT seq, digest FROM event WHERE site_id = %s AND stream_id = %s",
            (key.site_id, key.stream_id),
        )
        places = places_of(sql, key)
        self._leaves = [
            (places[seq], seq, logged(key, seq, digest)) for seq, digest in digests if seq in places
        ]

    def verify(self, claims: Sequence[Claim], tally: Tally) -> None:
        """Each event is in the tree of each checkpoint that is younger than it."""
        for claim in claims:
            try:
                found = self._against(claim, tally)
            except TornLog as error:
                found = Finding(self._code, None, f"{error}: run `./lianban ledger verify` without a code")
            if found is not None:
                tally.findings.append(found)
                return

    def _against(self, claim: Claim, tally: Tally) -> Finding | None:
        if claim.size > self._size:
            words = f"the log was cut: {claim.named} has {claim.size} leaves, the log {self._size}"
            return Finding(self._code, None, words)
        if range_hash(0, claim.size, self._nodes) != claim.head.root:
            words = f"the log was rewritten: {claim.named} has another root"
            return Finding(self._code, None, f"{words}; `./lianban ledger verify` says from where on")
        for index, seq, leaf in sorted(self._leaves):
            if index >= claim.size:
                break
            tally.leaves += 1
            path = inclusion_path(index, claim.size, self._nodes)
            try:
                check_inclusion(leaf, index, claim.size, path, claim.head.root)
            except ProofError:
                return Finding(self._code, seq, f"event {seq} is not in the log of {claim.named}")
        return None
