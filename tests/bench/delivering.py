"""Delivery to a sink on this machine, against a bare loop of Apprise to the same sink.

The sink is a process of its own, as a service is: were it a part of this one, it would slow our side alone.
"""

import json
import subprocess
import sys
import time

from models.domain.playbook.site_model import ChannelSpec
from services.execute import Shop
from services.lanes import drain
from services.notify.expanding import expand
from services.notify.outside import Outside
from services.notify.outside_wire import Wire
from services.notify.sending import send
from services.secrets import ring
from services.store.claims import LIVE, Scope
from services.store.transactions import transaction
from tests.bench.bulkhead import sink
from tests.bench.figures import Figure, Pair
from tests.bench.lanes_at_work import LEAK, report
from tests.bench.servers import Bench, Broken, Site
from tests.machine import ROOT

MESSAGES = 400
PARTIES = ("committee", "property", "asset_company", "contractor")
"""One endpoint each."""
ASK = """
INSERT INTO notice (site_id, stream_id, seq, party, role, why, urgency, created_at, send_at)
SELECT site_id, stream_id, 1, (%s::text[])[1 + stream_id %% %s], 'handler', '{dispatched.lead}', 'danger',
    statement_timestamp(), statement_timestamp() FROM stream WHERE site_id = %s AND stream_id >= %s
"""
LEFT = """
SELECT count(*) FILTER (WHERE state = 'accepted'), count(*) FROM delivery
WHERE site_id = %s AND stream_id >= %s
"""
WHY = "SELECT state, result, count(*) FROM delivery WHERE site_id = %s AND stream_id >= %s GROUP BY 1, 2"


def delivery(bench: Bench) -> list[Figure]:
    """Notices expanded to people, worded, leased, sent and written down, to ntfy on this machine."""
    with sink() as (port, _):
        channels = [ChannelSpec("ntfy", _address(port, party), None, party) for party in PARTIES]
        site = bench.site("DELIVERY", channels=channels)
        pair = Pair("delivery", 0.8, "messages a second", "to a bare loop of Apprise to the same sink (ntfy)")
        figure = pair.measure(bench.rounds, lambda: _ours(bench, site), lambda: _theirs(port))
    return [figure]


def _ours(bench: Bench, site: Site) -> float:
    first = report(bench, site, LEAK, [None] * MESSAGES)
    with transaction(bench.worker.engine) as sql:
        sql.execute(ASK, (list(PARTIES), len(PARTIES), site.id, first))
    begun = time.perf_counter()
    drain(expand, bench.worker, LIVE)
    drain(_send, bench.worker, LIVE)
    spent = time.perf_counter() - begun
    with transaction(bench.worker.engine) as sql:
        row = sql.execute(LEFT, (site.id, first)).fetchone()
        why = sql.execute(WHY, (site.id, first)).fetchall()
    if row is None or row[0] < MESSAGES:
        raise Broken(f"accepted, in all: {row}; of the others: {why}")
    return float(row[0]) / spent


def _send(shop: Shop, scope: Scope, limit: int) -> int:
    outside = Outside(ring(), wire=Wire(private=True))
    return send(shop, scope, limit, public_url="http://bench", outside=outside)


def _theirs(port: int) -> float:
    """In a process of its own, since ours changes how Apprise sends."""
    url = f"ntfy://127.0.0.1:{port}/bench"
    command = [sys.executable, "-m", "tests.bench.apprise_loop", url, str(MESSAGES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(done.stderr[-500:])
    return float(done.stdout)


def _address(port: int, topic: str) -> str:
    return json.dumps({"host": "127.0.0.1", "port": port, "secure": False, "topic": topic})
