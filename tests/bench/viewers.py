"""300 people look at the orders of one site: how long until each is told, and has the new list.

`python -m tests.bench.viewers [VIEWERS] [CHANGES]`. Each is an account of its own with a browser's cookie,
half of them of the committee and half of the property company; each has a stream and fetches the list again
when it is told of a change, as `live.js` does.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

import psutil

from models.domain.streams import Role
from services import desk, lanes
from services.actions.bodies import ReportBody
from services.actions.table import ORDER_ACTIONS
from services.identity import accounts, sign_ins
from services.identity.sign_ins import Stage
from services.store.claims import LIVE
from services.store.transactions import transaction
from services.web.cookies import cookie_name
from tests.bench.figures import percentile
from tests.bench.intake import web
from tests.bench.servers import Bench, Site, opened

ORDERS = 40
APART = 1.5
"""Seconds between two changes."""


@dataclass
class Viewer:
    """Somebody who looks at the list."""

    port: int
    cookie: str
    address: str
    told: list[float] = field(default_factory=list)
    fetched: list[float] = field(default_factory=list)

    async def look(self, opened: asyncio.Event) -> None:
        """Open a stream, and fetch the list at each message."""
        reader, writer = await self._line()
        writer.write(self._asking("/live", "Accept: text/event-stream"))
        mark = ""
        try:
            while line := (await reader.readline()).decode():
                if line.startswith("id: "):
                    mark = line[4:].strip()
                if line.startswith("data: "):
                    first = not self.told and not opened.is_set()
                    if not first:
                        self.told.append(time.monotonic())
                    await self._fetch(mark)
                    if not first:
                        self.fetched.append(time.monotonic())
                    opened.set()
        finally:
            writer.close()

    async def _line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.address, 0))

    def _asking(self, path: str, *more: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Cookie: {self.cookie}", *more]
        return "\r\n".join([*lines, "", ""]).encode()

    async def _fetch(self, mark: str) -> None:
        reader, writer = await self._line()
        writer.write(self._asking("/", f"Lianban-Live: {mark}", "Accept: text/html", "Connection: close"))
        body = await reader.read()
        if not body.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(body[:200])
        writer.close()


async def measure(
    bench: Bench, site: Site, port: int, viewers: list[Viewer], changes: int
) -> dict[str, object]:
    """Change an order again and again, and see when all know."""
    server = next(one for one in psutil.process_iter(["cmdline"]) if str(port) in (one.info["cmdline"] or []))
    alone = server.memory_info().rss
    opened = [asyncio.Event() for _ in viewers]
    looking = [asyncio.create_task(one.look(event)) for one, event in zip(viewers, opened, strict=True)]
    await asyncio.gather(*(one.wait() for one in opened))
    await asyncio.sleep(2)
    told, fetched = [], []
    used, began, all_at = server.cpu_times(), time.monotonic(), []
    for number in range(changes):
        before = [(len(one.told), len(one.fetched)) for one in viewers]
        await asyncio.to_thread(_change, bench, site, number)
        at = time.monotonic()
        await asyncio.sleep(APART)
        told += [
            one.told[first] - at
            for one, (first, _) in zip(viewers, before, strict=True)
            if len(one.told) > first
        ]
        new = [
            one.fetched[second] - at
            for one, (_, second) in zip(viewers, before, strict=True)
            if len(one.fetched) > second
        ]
        fetched += new
        all_at.append(len(new))
    now, took = server.cpu_times(), time.monotonic() - began
    cpu = (now.user + now.system - used.user - used.system) / took
    await asyncio.sleep(3)
    idle_from, idle_at = server.cpu_times(), time.monotonic()
    await asyncio.sleep(5)
    idle = server.cpu_times()
    for one in looking:
        one.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    return {
        "viewers": len(viewers),
        "changes": changes,
        "told": len(told),
        "told_p50_ms": round(percentile(told, 50) * 1000),
        "told_p99_ms": round(percentile(told, 99) * 1000),
        "fetched": len(fetched),
        "fetched_p50_ms": round(percentile(fetched, 50) * 1000),
        "fetched_p99_ms": round(percentile(fetched, 99) * 1000),
        "cores_while_changing": round(cpu, 2),
        "cores_with_open_streams": round(
            (idle.user + idle.system - idle_from.user - idle_from.system) / (time.monotonic() - idle_at), 3
        ),
        "memory_MB_before": alone // 2**20,
        "memory_MB_with_all": server.memory_info().rss // 2**20,
    }


def _change(bench: Bench, site: Site, number: int) -> None:
    key = desk.key_of(site.caller(), f"{site.code}-{1 + number % ORDERS}")
    body = ORDER_ACTIONS["note"].body.model_validate({"note": f"备注{number}"})
    answer = desk.act(bench.worker, site.caller(), key, desk.Wish("note", body, None))
    if answer.refused is not None:
        raise answer.refused


def _viewers(bench: Bench, site: Site, port: int, many: int) -> list[Viewer]:
    name = cookie_name(bench.settings())
    found = []
    with transaction(bench.worker.engine) as sql:
        for number in range(many):
            account = accounts.create(sql, f"viewer{number}", f"看{number}")
            party = ("committee", "property")[number % 2]
            accounts.stand(sql, account, site.id, Role.HANDLER, party=party)
            secret = sign_ins.begin(sql, account, Stage.FULL, "bench")
            # One address may have 200 lines.
            found.append(Viewer(port, f"{name}={secret}", f"127.0.0.{2 + number % 200}"))
    return found


def main() -> int:
    """Print the figures as JSON."""
    many, changes = map(int, (*sys.argv[1:], "300", "20")[:2] if len(sys.argv) != 2 else (sys.argv[1], "20"))
    with opened(1) as bench:
        site = bench.site("VIEW")
        for _ in range(ORDERS):
            body = ReportBody(space="dance", category="leak", description="漏水", origin="pre_existing")
            desk.report(bench.worker, site.caller(), site.code, body)
        lanes.drain(lanes.route, bench.worker, LIVE)
        with web(bench, "services.api.app:create_app", {}) as port:
            viewers = _viewers(bench, site, port, many)
            found = asyncio.run(measure(bench, site, port, viewers, changes))
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
