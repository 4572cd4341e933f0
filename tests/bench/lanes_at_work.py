"""The lanes against pgbench: routing, and a storm of timers that are due at once."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from models.domain.orders.commands import FireDue, RouteOrder
from models.domain.streams import SYSTEM, StreamKey
from services import desk, lanes
from services.actions.bodies import ReportBody
from services.execute import Envelope, Unit
from services.store import sites
from services.store.claims import LIVE, Scope
from services.store.transactions import transaction
from tests.bench.crew import Crew, crew
from tests.bench.figures import Figure, Pair
from tests.bench.servers import Bench, Broken, Site
from tests.bench.statements import ORDER, Recorder, Script, pgbench

CLIENTS = 8
ROUTED = 2_000
TIMERS = 10_000
LEAK = ReportBody(
    space="table-tennis", description="乒乓房漏水，靠窗的顶上渗水", category="leak", origin="pre_existing"
)
"""Three parties: asset company, property, autonomy office."""
DUST = ReportBody(space="yard", description="黄沙堆在路上", category="dust")
"""Two parties, each of whom has two hours on the clock to acknowledge, and is reminded at 80 %."""
REMINDED = timedelta(minutes=96)
_EXAMPLE = 900_000_001
_LEFT = {
    "route": "SELECT count(*) FROM routing r JOIN site s ON s.id = r.site_id AND s.clock = 'live'",
    "fire": "SELECT count(*) FROM timer t JOIN site s ON s.id = t.site_id AND s.clock = 'live'"
    " WHERE t.fire_at < statement_timestamp()",
}


def routing(bench: Bench) -> list[Figure]:
    """Routing to three parties, with deadlines, notices and hashed events."""
    site = bench.site("ROUTING")
    report(bench, site, LEAK, [None])
    lanes.drain(lanes.route, bench.worker, LIVE)
    example = StreamKey(site.id, _EXAMPLE)
    _number_from(bench, site, _EXAMPLE)
    report(bench, site, LEAK, [None])
    script = _script(bench, Envelope(example, RouteOrder(), SYSTEM))
    _number_from(bench, site, 10)

    def ours() -> float:
        report(bench, site, LEAK, [None] * ROUTED)
        return _timed(bench, hands, "route", ROUTED)

    def theirs() -> float:
        first = report(bench, site, LEAK, [None] * ROUTED)
        return pgbench(bench, script, clients=CLIENTS, each=ROUTED // CLIENTS, first=first)

    note = "to three parties in lane batches, to pgbench with the same statements, one order each, 8 clients"
    with crew(bench) as hands:
        return [Pair("routing", 1.0, "orders a second", note).measure(bench.rounds, ours, theirs)]


def storm(bench: Bench) -> list[Figure]:
    """Timers that are due at once, two an order."""
    site, orders = bench.site("STORM"), TIMERS // 2
    _number_from(bench, site, _EXAMPLE)
    due_orders(bench, site, [_past(bench)])
    script = _script(bench, Envelope(StreamKey(site.id, _EXAMPLE), FireDue(), SYSTEM))
    _number_from(bench, site, 1)

    def ours() -> float:
        due_orders(bench, site, [_past(bench)] * orders)
        return _timed(bench, hands, "fire", TIMERS)

    def theirs() -> float:
        first = due_orders(bench, site, [_past(bench)] * orders)
        return 2 * pgbench(bench, script, clients=CLIENTS, each=orders // CLIENTS, first=first)

    note = "10,000 due at once, to pgbench with the same statements, one order each, 8 clients"
    with crew(bench) as hands:
        return [Pair("storm of timers", 1.0, "timers a second", note).measure(bench.rounds, ours, theirs)]


def due_orders(bench: Bench, site: Site, at: list[datetime]) -> int:
    """Orders dispatched at these instants, each reminding two parties 96 minutes later; the first's number.

    They are dispatched on a virtual clock; then the site is live, and what is past by now is due.
    """
    with transaction(bench.worker.engine) as sql:
        sql.execute("UPDATE site SET clock = 'virtual', virtual_now = %s WHERE id = %s", (min(at), site.id))
    first = report(bench, site, DUST, at)
    lanes.drain(lanes.route, bench.worker, Scope(site.id, max(at)))
    with transaction(bench.worker.engine) as sql:
        # Nobody is told, here: that is another measurement.
        sql.execute("UPDATE notice SET expanded_at = created_at WHERE site_id = %s", (site.id,))
        sql.execute("UPDATE site SET clock = 'live', virtual_now = NULL WHERE id = %s", (site.id,))
    return first


def report(bench: Bench, site: Site, body: ReportBody, at: Sequence[datetime | None]) -> int:
    """Orders reported at instants (None: now), in batches; the number of the first."""
    with transaction(bench.worker.engine) as sql:
        first = sites.take_numbers(sql, site.id, len(at))
    units = [
        Unit((desk.reported(site.caller(), StreamKey(site.id, first + place), body, desk.Extras(now=now)),))
        for place, now in enumerate(at)
    ]
    for start in range(0, len(units), lanes.BATCH):
        answers = bench.worker.execute(units[start : start + lanes.BATCH], sites=[site.id])
        if any(one.refused for one in answers):
            raise Broken(f"a report was refused: {answers[0].refused}")
    return first


def now_of(bench: Bench) -> datetime:
    """The database's time."""
    with transaction(bench.worker.engine) as sql:
        row = sql.execute("SELECT statement_timestamp()").fetchone()
    if row is None:
        raise Broken("no time")
    found: datetime = row[0]
    return found


def _past(bench: Bench) -> datetime:
    """So long ago that the first reminder is due and nothing else will be for a while."""
    return now_of(bench) - REMINDED - timedelta(seconds=1)


def _script(bench: Bench, envelope: Envelope) -> Script:
    """The statements of one order's transaction."""
    key = envelope.key
    with Recorder() as recorder:
        answer = bench.worker.execute([Unit((envelope,))], sites=[key.site_id], skip_locked=True)[0]
    if not answer.states:
        raise Broken(f"nothing happened to the example: {answer}")
    return Script.of(recorder.noted, {str(key.stream_id): ORDER})


def _number_from(bench: Bench, site: Site, number: int) -> None:
    with transaction(bench.worker.engine) as sql:
        sql.execute("UPDATE site SET next_number = %s WHERE id = %s", (number, site.id))


def _timed(bench: Bench, hands: Crew, lane: str, many: int) -> float:
    """Rows a second until a lane finds nothing more; two of one order that fell due are done as one."""
    begun = time.perf_counter()
    hands.drain(lane)
    spent = time.perf_counter() - begun
    with transaction(bench.worker.engine) as sql:
        # Held by nobody or by somebody: what is still there was not done.
        left = sql.execute(_LEFT[lane]).fetchone()
        if left != (0,):
            raise Broken(f"something was left in {lane}: {left}")
    return many / spent
