"""From a report to its alert, and how late timers fire, with the real processes."""

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from models.domain.streams import Role
from services.callers import Holder, create_token
from services.cli.stack import own_children
from services.store.transactions import transaction
from tests.bench.clients import Line, decoded, request
from tests.bench.figures import Figure, percentile
from tests.bench.intake import REPORT, web
from tests.bench.lanes_at_work import REMINDED, due_orders, now_of
from tests.bench.servers import Bench, Broken, Site

A_SECOND = 20
REPORTS = 400
FIRES_A_SECOND, FIRES = 100, 3_000
PATIENCE = 60.0
"""Seconds that what should happen at once is waited for."""


def alert(bench: Bench) -> list[Figure]:
    """Danger is reported at 20 orders a second; how long until the recorder has the first alert."""
    site = bench.site("ALERT")
    holder = Holder(site.id, Role.HANDLER, "committee", None)
    with transaction(bench.worker.engine) as sql:
        token = create_token(sql, holder, name="bench", lasts=timedelta(hours=1))
    with crew(bench, "worker", "sender", "pulse"), web(bench, "services.api.app:create_app", {}) as port:
        _report_at_pace(port, site, token, 3 * A_SECOND)
        asked = _report_at_pace(port, site, token, REPORTS)
        heard = _heard(bench, site, asked)
    spent = [1000 * (heard[code] - at) for code, at in asked.items()]
    note = f"report → alert kept, {A_SECOND} orders a second, {REPORTS} of them; highest {max(spent):,.0f} ms"
    return [
        Figure("alert p50", percentile(spent, 50), "ms", 100, at_most=True),
        Figure("alert p99", percentile(spent, 99), "ms", 500, at_most=True, note=note),
    ]


def lateness(bench: Bench) -> list[Figure]:
    """Timers that fall due at 100 a second; how long after its instant each fires."""
    site = bench.site("LATE")
    late = fire_at_pace(bench, site, FIRES, FIRES_A_SECOND, lead=timedelta(seconds=45))
    spread = f"p50 {percentile(late, 50):.2f} s, max {max(late):.2f} s"
    note = f"{FIRES:,} timers at {FIRES_A_SECOND} a second; {spread}"
    return [Figure("lateness p99", percentile(late, 99), "s", 1.0, at_most=True, note=note)]


def fire_at_pace(bench: Bench, site: Site, fires: int, a_second: float, *, lead: timedelta) -> list[float]:
    """Seconds of lateness of timers that fall due two at a time, from some time ahead on."""
    start = now_of(bench) + lead
    pairs = [start - REMINDED + timedelta(seconds=2 * number / a_second) for number in range(fires // 2)]
    due_orders(bench, site, pairs)
    with crew(bench, "worker", "pulse"):
        if now_of(bench) > start:
            raise Broken("the orders and the crew were not ready in time")
        until = time.monotonic() + lead.total_seconds() + fires / a_second + PATIENCE
        while fired(bench, site) < fires:
            if time.monotonic() > until:
                raise Broken(f"{fired(bench, site)} of {fires} timers fired")
            time.sleep(0.5)
    return lateness_of(bench, site)


def lateness_of(bench: Bench, site: Site) -> list[float]:
    """Seconds of lateness of all firings of a site."""
    with bench.owner() as sql:
        rows = sql.execute(
            "SELECT extract(epoch FROM fired_at - due_at)::float8 FROM firing WHERE site_id = %s", (site.id,)
        ).fetchall()
    return [row[0] for row in rows]


@contextmanager
def crew(bench: Bench, *names: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Our own processes as `up` starts them."""
    children = {one.name: list(one.command)[2:] for one in own_children(bench.settings())}
    with ExitStack() as running:
        started = []
        for name in names:
            (bench.folder / f"{name}.log").unlink(missing_ok=True)
            started.append(running.enter_context(bench.process(children[name], bench.environment(), name)))
        _wait_for_crew(bench, names)
        yield started


def _wait_for_crew(bench: Bench, names: tuple[str, ...]) -> None:
    """Until each says so in its log."""
    signs = {"worker": " ready.", "sender": " ready.", "pulse": ""}
    until = time.monotonic() + PATIENCE
    waiting = {name: bench.folder / f"{name}.log" for name in names}
    while waiting:
        waiting = {name: log for name, log in waiting.items() if signs[name] not in _said(log)}
        if time.monotonic() > until:
            raise Broken(f"not ready: {', '.join(waiting)}")
        time.sleep(0.1)


def _said(log: Path) -> str:
    return log.read_text(errors="replace") if log.exists() else ""


def _report_at_pace(port: int, site: Site, token: str, many: int) -> dict[str, float]:
    """Reports at an even pace, with some jitter; when each was begun, by code."""
    line, asked = Line(port), {}
    body = {"site": site.code, **REPORT, "severity": "danger"}
    dice, begun = random.Random(7), time.monotonic()
    for number in range(many):
        time.sleep(max(0.0, begun + (number + dice.uniform(-0.3, 0.3)) / A_SECOND - time.monotonic()))
        at = time.time()
        status, answer = line.ask(request("/api/v1/orders", body, Authorization=f"Bearer {token}"))
        if status != HTTPStatus.CREATED:
            raise Broken(f"a report was answered {status}: {answer[:300]!r}")
        asked[decoded(answer)["code"]] = at
    line.close()
    return asked


def _heard(bench: Bench, site: Site, codes: dict[str, float]) -> dict[str, float]:
    """When the first alert of each order stood with the recorder, by code."""
    until = time.monotonic() + PATIENCE
    while True:
        with bench.owner() as sql:
            rows = sql.execute(
                "SELECT stream_id, extract(epoch FROM min(at))::float8 FROM phone WHERE site_id = %s"
                " GROUP BY 1",
                (site.id,),
            ).fetchall()
        found = {f"{site.code}-{number}": at for number, at in rows}
        if codes.keys() <= found.keys():
            return found
        if time.monotonic() > until:
            raise Broken(f"{len(codes.keys() - found.keys())} orders of {len(codes)} were heard of by nobody")
        time.sleep(0.5)


def fired(bench: Bench, site: Site) -> int:
    with bench.owner() as sql:
        row = sql.execute("SELECT count(*) FROM firing WHERE site_id = %s", (site.id,)).fetchone()
    return int(row[0]) if row else 0
