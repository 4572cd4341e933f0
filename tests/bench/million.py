"""What an idle pulse and a claim cost with a million armed timers, against a thousand."""

import time
from collections.abc import Callable
from statistics import median

from services.store.claims import LIVE, Queue, claim, waiting
from services.store.transactions import transaction
from tests.bench.figures import Figure
from tests.bench.servers import Bench, Site

FEW, MANY = 1_000, 1_000_000
TIMES = 150
DUE = 100
QUEUES = (Queue.ROUTING, Queue.TIMER, Queue.NOTICE, Queue.DELIVERY)

ARM = """
INSERT INTO timer (site_id, stream_id, deadline_id, generation, fire_at, party, kind)
SELECT %s, 1000000 + n, 1, 1, statement_timestamp() + interval '1 day' + n * interval '1 second', 'property',
    'fix' FROM generate_series(1, %s) AS n
"""
FALL_DUE = """
INSERT INTO timer (site_id, stream_id, deadline_id, generation, fire_at, party, kind)
SELECT %s, n, 1, 1, statement_timestamp() - interval '1 minute', 'property', 'fix'
FROM generate_series(1, %s) AS n
"""


def million(bench: Bench) -> list[Figure]:
    """Few, many, few again: the ratio of the medians."""
    site = bench.site("MILLION")
    few = _measured(bench, site, FEW)
    many = _measured(bench, site, MANY)
    again = _measured(bench, site, FEW)
    return [
        Figure(
            name,
            many[part] / (few[part] / 2 + again[part] / 2),
            "ratio",
            1.2,
            at_most=True,
            ours=many[part],
            theirs=few[part] / 2 + again[part] / 2,
            per="ms with 1,000,000 timers against 1,000",
            note=note,
        )
        for part, (name, note) in enumerate(
            (("idle pulse", "what is due, of four lanes"), ("claim", f"of {DUE} due timers, with its commit"))
        )
    ]


def _measured(bench: Bench, site: Site, armed: int) -> tuple[float, float]:
    """Milliseconds of an idle pulse and of a claim."""
    with bench.owner() as sql:
        sql.execute("SET statement_timeout = 0")
        sql.execute("DELETE FROM timer WHERE site_id = %s", (site.id,))
        sql.execute(ARM, (site.id, armed))
    _clean(bench)
    idle = _median(lambda: _look(bench), lambda: None)
    held = _median(lambda: _claim(bench), lambda: _fall_due(bench, site))
    return idle, held


def _median(step: Callable[[], None], before: Callable[[], None]) -> float:
    spent = []
    for _ in range(TIMES):
        before()
        begun = time.perf_counter()
        step()
        spent.append(1000 * (time.perf_counter() - begun))
    return median(spent[TIMES // 10 :])


def _look(bench: Bench) -> None:
    """As the pulse does."""
    with transaction(bench.worker.engine, durable=False) as sql:
        for queue in QUEUES:
            waiting(sql, queue)


def _fall_due(bench: Bench, site: Site) -> None:
    with transaction(bench.worker.engine, durable=False) as sql:
        sql.execute("DELETE FROM timer WHERE site_id = %s AND stream_id <= %s", (site.id, DUE))
        sql.execute(FALL_DUE, (site.id, DUE))


def _claim(bench: Bench) -> None:
    claim(bench.worker.engine, Queue.TIMER, LIVE, DUE)


def _clean(bench: Bench) -> None:
    """Vacuumed as autovacuum would: dead rows are not what is compared."""
    with bench.owner() as sql:
        sql.execute("RESET ROLE")
        sql.execute("SET statement_timeout = 0")
        sql.execute("VACUUM (ANALYZE) timer")
