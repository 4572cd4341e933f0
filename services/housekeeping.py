"""What the pulse does now and then: dropping what has served, telling what is stuck."""

from collections.abc import Mapping
from datetime import timedelta

from services import crew_links, links
from services.alerts import clear_alert, forget_cleared, raise_alert
from services.identity import sign_ins, tries
from services.store.contexts import Sql
from services.store.idempotency import forget_old
from services.store.quarantine import count_dead, forget_healed

LATE = timedelta(seconds=30)
"""Work that waits so long is not about to be done."""
TIDIES = 6_131_427_003
"""Advisory lock: of several pulses one tidies."""


def tidy(sql: Sql) -> None:
    """Drop what is over; nothing happens where somebody is at it."""
    row = sql.execute("SELECT pg_try_advisory_xact_lock(%s)", (TIDIES,)).fetchone()
    if row is None or not row[0]:
        return
    forget_old(sql)
    sign_ins.forget_expired(sql)
    tries.forget_old(sql)
    links.forget_old(sql)
    crew_links.forget_old(sql)
    forget_cleared(sql)


def watch(sql: Sql, late: Mapping[str, timedelta]) -> None:
    """Raise and clear the alerts of the lanes: rows in quarantine, and lanes that nobody works off.

    `late` says how long the oldest work of each lane has been waiting.
    """
    forget_healed(sql)
    for lane in sorted(late):
        if late[lane] > LATE:
            raise_alert(sql, "late", lane, f"Work has been waiting for {late[lane].total_seconds():.0f} s.")
        else:
            clear_alert(sql, "late", lane)
    for queue, number in sorted(count_dead(sql).items()):
        if number:
            words = f"{number} rows failed again and again: ./lianban dead list"
            raise_alert(sql, "quarantine", queue, words)
        else:
            clear_alert(sql, "quarantine", queue)
