"""The audit run whole: every stream, and rows whose stream is gone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from models.domain.streams import StreamKey
from services.audit.findings import Drift
from services.audit.lateness import Awake
from services.audit.looking import look, orphans
from services.audit.record import read_state
from services.audit.watching import next_streams
from services.execute import Shop
from services.store.transactions import snapshot, transaction

BATCH = 100


@dataclass(slots=True)
class Tally:
    """How much was looked at so far, and what has drifted."""

    streams: int = 0
    awake: Awake | None = None
    """Until when lateness could be judged: by whom the engine was last seen at work."""
    drift: list[Drift] = field(default_factory=list)


def audit(shop: Shop, only: StreamKey | None = None) -> Iterator[Tally]:
    """Look at all streams, or at one; yields the tally after each batch, at least once."""
    with transaction(shop.engine) as sql:
        state = read_state(sql)
    tally = Tally(awake=state.awake if state else None)
    for keys in [[only]] if only else _batches(shop):
        with snapshot(shop.engine) as sql:
            tally.drift += look(shop, sql, keys, tally.awake)
        tally.streams += len(keys)
        yield tally
    if only is None:
        with snapshot(shop.engine) as sql:
            tally.drift += orphans(sql)
        yield tally


def _batches(shop: Shop) -> Iterator[list[StreamKey]]:
    after = StreamKey(0, 0)
    while True:
        with transaction(shop.engine) as sql:
            keys = next_streams(sql, after, BATCH)
        if not keys:
            return
        yield keys
        after = keys[-1]
