"""Intake by HTTP, one report a request and a hundred, against what others would write."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http import HTTPStatus
from itertools import count

from models.domain.streams import Role
from services import desk
from services.actions.bodies import ReportBody
from services.callers import Holder, create_token
from services.cli.stack import own_children
from services.store.engine import DatabaseRole
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from tests.bench import bare, open_door
from tests.bench.clients import load, request, wait_for
from tests.bench.figures import Figure, Pair
from tests.bench.servers import Bench, Broken, Site
from tests.bench.statements import ORDER, Recorder, Script, pgbench
from tests.machine import free_port

LINES = 8
"""Clients at once."""
SINGLES, BULK, EACH = 1_200, 4_000, 100
REPORT = {
    "space": "table-tennis",
    "description": "乒乓房漏水，靠窗的顶上渗水，雨后地上有水",
    "category": "leak",
    "origin": "pre_existing",
}
_keys = count()
_EXAMPLE = 900_000_001
_OTHERS = 10_000_000
"""Numbers that the bare endpoint gives begin here, and those of pgbench at ten times that."""


def intake(bench: Bench) -> list[Figure]:
    """One report a request. The same without a look at who asks is held against the target."""
    site = bench.site("INTAKE")
    script = script_of_report(bench, site)
    file = bench.folder / "report.json"
    script.of_writes().write(file)
    told = {
        bare.SCRIPT: str(file),
        bare.FIRST: str(_OTHERS),
        open_door.CALLER: json.dumps([site.code, site.id]),
    }
    authorization = {"Authorization": f"Bearer {_token(bench, site)}"}
    with ExitStack() as running:
        real, opened, others = (
            running.enter_context(web(bench, factory, told))
            for factory in (
                "services.api.app:create_app",
                "tests.bench.open_door:make",
                "tests.bench.bare:make",
            )
        )
        ours = _asking(real, site, "/api/v1/orders", authorization)
        known = _asking(opened, site, "/api/v1/orders", {})
        theirs = _asking(others, site, "/orders", {})
        for warm in (ours, known, theirs):
            warm()
        per = "reports a second, 8 clients"
        first = Pair("intake", 0.6, per, "to a bare FastAPI endpoint that inserts the same rows")
        second = Pair("intake, caller looked up", None, per, "the same with authentication")
        figures = [first.measure(bench.rounds, known, theirs), second.measure(bench.rounds, ours, known)]
    with_it, without = figures[1].ours or 1, figures[1].theirs or 1
    cost = Figure(
        "authentication", 1000 / with_it - 1000 / without, "ms", note="of each request, of one core"
    )
    return [*figures, cost]


def bulk(bench: Bench) -> list[Figure]:
    """A hundred reports a request, each with its own answer."""
    site = bench.site("BULK")
    script = script_of_report(bench, site)
    headers = {"Authorization": f"Bearer {_token(bench, site)}"}
    numbers = count(10 * _OTHERS, BULK)
    with web(bench, "services.api.app:create_app", {}) as port:

        def ours() -> float:
            asks = [_batch(site, headers) for _ in range(BULK // EACH)]
            return EACH * load(port, asks, lines=2, status=HTTPStatus.OK)

        def theirs() -> float:
            return pgbench(
                bench, script, clients=8, each=BULK // 8, first=next(numbers), role=DatabaseRole.APP
            )

        ours()
        pair = Pair(
            "bulk",
            0.5,
            "reports a second",
            "100 a request, to pgbench with one order a transaction, 8 clients",
        )
        return [pair.measure(bench.rounds, ours, theirs)]


def script_of_report(bench: Bench, site: Site) -> Script:
    """The statements by which the engine takes one report down, but for taking its number."""
    shop, caller = bench.shop(DatabaseRole.APP), site.caller()
    desk.report(shop, caller, site.code, ReportBody.model_validate(REPORT))  # now it knows the site's rules
    ticket = Ticket.of(actor="bench", route="bench", key=site.code, site_id=site.id, body=b"", status=201)
    with transaction(bench.worker.engine) as sql:
        sql.execute("UPDATE site SET next_number = %s WHERE id = %s", (_EXAMPLE, site.id))
    with Recorder() as recorder:
        key, _ = desk.report(shop, caller, site.code, ReportBody.model_validate(REPORT), desk.Extras(ticket))
    with transaction(bench.worker.engine) as sql:
        row = sql.execute(
            "SELECT id FROM private_row WHERE (site_id, stream_id) = (%s, %s)", (site.id, key.stream_id)
        ).fetchone()
        sql.execute("UPDATE site SET next_number = 2 WHERE id = %s", (site.id,))
    if row is None:
        raise Broken("the report has no text")
    begin = next(at for at, (query, _) in enumerate(recorder.noted) if "FROM site s" in query) - 1
    unique = {str(_EXAMPLE): ORDER, row[0]: f"md5({ORDER}::text)", ticket.scope: f"md5({ORDER}::text)"}
    return Script.of(recorder.noted[begin:], unique)


@contextmanager
def web(bench: Bench, factory: str, told: dict[str, str]) -> Iterator[int]:
    """A web server as `up` starts it; yields its port."""
    port = free_port()
    settings = bench.settings(LIANBAN_PORT=str(port))
    command = list(next(one.command for one in own_children(settings) if one.name == "api"))[2:]
    command[command.index("services.api.app:create_app")] = factory
    environment = bench.environment(LIANBAN_PORT=str(port), LIANBAN_HOST="127.0.0.1", **told)
    with bench.process(command, environment, factory.replace(":", ".")):
        wait_for(port)
        yield port


def _asking(port: int, site: Site, path: str, headers: dict[str, str]) -> Callable[[], float]:
    def ask() -> float:
        body = {"site": site.code, **REPORT}
        asks = [
            request(path, body, **{"Idempotency-Key": f"k{next(_keys)}"}, **headers) for _ in range(SINGLES)
        ]
        return load(port, asks, lines=LINES)

    return ask


def _batch(site: Site, headers: dict[str, str]) -> bytes:
    reports = [{"site": site.code, **REPORT, "key": f"k{next(_keys)}"} for _ in range(EACH)]
    return request("/api/v1/orders:batch", {"reports": reports}, **headers)


def _token(bench: Bench, site: Site) -> str:
    holder = Holder(site.id, Role.HANDLER, "committee", None)
    with transaction(bench.worker.engine) as sql:
        return create_token(sql, holder, name="bench", lasts=timedelta(hours=2))
