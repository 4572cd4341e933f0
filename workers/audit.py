"""The auditor's lane: a thread of the pulse, so that neither waits for the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog

from services.audit.watching import watch
from services.execute import Shop

PAUSE_SECONDS = 1.0
END_SECONDS = 2.0
"""How long the end waits for a cycle to end; one that is cut leaves nothing behind."""

log = structlog.get_logger("lianban.audit")


@contextmanager
def auditing(shop: Shop) -> Iterator[None]:
    """Audit beside what is done within, a cycle a second."""
    stop = Event()
    thread = Thread(target=_run, args=(shop, stop), name="audit", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(END_SECONDS)


def _run(shop: Shop, stop: Event) -> None:
    while not stop.wait(PAUSE_SECONDS):
        try:
            watch(shop)
        except Exception:  # the database may be away for a while
            log.exception("audit_failed")
