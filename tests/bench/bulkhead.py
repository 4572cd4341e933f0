"""`python -m tests.bench.bulkhead`: what an endpoint that hangs costs those that do not, over real sockets.

Six endpoints are told something in turn, thirty times a second, once while all are well and once while one of
them takes connections and never answers. Printed is how long the other five's messages took from queued to
accepted, in milliseconds.
"""

import asyncio
import json
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from multiprocessing.synchronize import Event
from time import monotonic, sleep

from services.lanes import drain
from services.notify.expanding import expand
from services.notify.outside import Outside
from services.notify.outside_wire import Wire
from services.notify.sending import send
from services.store.claims import LIVE
from tests.bench.figures import percentile
from tests.bench.servers import Bench, Site, opened
from tests.machine import free_port

HEALTHY = ("committee", "property", "autonomy_office", "asset_company", "client")
SICK = "contractor"
A_SECOND = 30
_BODY = b'{"id":"x","event":"message"}'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n" + _BODY


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line.split(b":")[1] for line in head.lower().split(b"\r\n") if b"content-length" in line)
    await reader.readexactly(int(length))
    writer.write(_ANSWER)
    await writer.drain()
    writer.close()


async def _say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)
    writer.close()


def _serve(well: int, sick: int, up: Event) -> None:
    async def both() -> None:
        await asyncio.start_server(_answer, "127.0.0.1", well)
        await asyncio.start_server(_say_nothing, "127.0.0.1", sick)
        up.set()
        await asyncio.sleep(3600)

    asyncio.run(both())


@contextmanager
def sink() -> Iterator[tuple[int, int]]:
    """The ports of a service that accepts and of one that hangs, in a process of their own."""
    ports = free_port(), free_port()
    context = multiprocessing.get_context("spawn")
    up = context.Event()
    process = context.Process(target=_serve, args=(*ports, up), daemon=True)
    process.start()
    up.wait(20)
    try:
        yield ports
    finally:
        process.kill()
        process.join()


def measured(bench: Bench, site: Site, ports: dict[str, int], seconds: float) -> list[float]:
    """Milliseconds from queued to accepted of each message to a healthy endpoint."""
    with bench.owner() as sql:
        sql.execute("DELETE FROM channel WHERE site_id = %s", (site.id,))
        for number, (party, port) in enumerate(ports.items(), 1):
            address = json.dumps({"host": "127.0.0.1", "topic": party, "port": port, "secure": False})
            sql.execute(
                "INSERT INTO channel (site_id, id, party, kind, address, preference, endpoint)"
                " VALUES (%s, %s, %s, 'ntfy', %s, 1, %s)",
                (site.id, number, party, address, f"{site.code}:{party}"),
            )
    _work(bench, site, list(ports), seconds)
    with bench.owner() as sql:
        rows = sql.execute(
            "SELECT extract(epoch FROM d.finished_at - n.created_at)::float * 1000 FROM delivery d"
            " JOIN notice n ON n.id = d.notice_id"
            " WHERE d.site_id = %s AND d.party <> %s AND d.state = 'accepted'",
            (site.id, SICK),
        ).fetchall()
    return [row[0] for row in rows]


def _work(bench: Bench, site: Site, parties: list[str], seconds: float) -> None:
    """Tell the parties in turn, and run the lane as a worker does."""
    shop, notifier = bench.worker, Outside(wire=Wire(private=True))
    context = multiprocessing.get_context("spawn")
    teller = context.Process(target=_tell, args=(bench.postgres.url, site.id, parties, seconds), daemon=True)
    teller.start()
    until = monotonic() + seconds
    step = partial(send, outside=notifier, public_url="http://bench.example")
    while monotonic() < until:
        until = monotonic() + 3 if teller.is_alive() else until
        taken = drain(expand, shop, LIVE)
        taken += drain(partial(step, meanwhile=partial(drain, expand, shop, LIVE)), shop, LIVE)
        sleep(0 if taken else 0.01)
    teller.join()


def _tell(url: str, site_id: int, parties: list[str], seconds: float) -> None:
    import psycopg  # noqa: PLC0415 - in a process of its own

    with psycopg.connect(url, autocommit=True, options="-c role=lianban_worker") as sql:
        until = monotonic() + seconds
        for party in cycle(parties):
            if monotonic() >= until:
                return
            sql.execute(
                "INSERT INTO notice (site_id, stream_id, seq, party, role, why, urgency, created_at, send_at)"
                " VALUES (%s, 1, 1, %s, 'lead', '{closed}', 'ordinary', now(), now())",
                (site_id, party),
            )
            sleep(1 / A_SECOND)


def main() -> int:
    """Print the figures as JSON."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    found: dict[str, object] = {"seconds": seconds, "messages_a_second": A_SECOND}
    with opened(1) as bench, sink() as (well, sick):
        for name, port in (("before", well), ("while_one_hangs", sick)):
            site = bench.site(f"BULK{len(found)}")
            _order(bench, site)
            took = measured(bench, site, {**dict.fromkeys(HEALTHY, well), SICK: port}, seconds)
            found[name] = {
                "messages": len(took),
                "p50_ms": round(percentile(took, 50), 1),
                "p99_ms": round(percentile(took, 99), 1),
                "max_ms": round(max(took), 1),
            }
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _order(bench: Bench, site: Site) -> None:
    from services import desk  # noqa: PLC0415
    from services.actions.bodies import ReportBody  # noqa: PLC0415

    desk.report(bench.worker, site.caller(), site.code, ReportBody(space="dance", description="x"))
    with bench.owner() as sql:
        sql.execute("DELETE FROM notice WHERE site_id = %s", (site.id,))
        sql.execute("DELETE FROM routing WHERE site_id = %s", (site.id,))


if __name__ == "__main__":
    sys.exit(main())
