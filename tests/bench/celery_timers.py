"""Timers as Celery countdown tasks, the way it is commonly done."""

import os
import time
from pathlib import Path

from celery import Celery

BROKER, LOG = "BENCH_CELERY_BROKER", "BENCH_CELERY_LOG"
TASK = "bench.fire"


def made(broker: str) -> Celery:
    """An app on a broker, settings as shipped."""
    found = Celery("bench", broker=broker, set_as_current=False)
    found.conf.update(task_ignore_result=True, worker_send_task_events=False)
    found.conf.broker_connection_retry_on_startup = True
    return found


app = made(os.environ.get(BROKER, "memory://"))


@app.task(name=TASK)
def fire(due: float) -> None:
    """Note how late it is, in seconds."""
    with Path(os.environ[LOG]).open("a") as log:
        log.write(f"{time.time() - due:.4f}\n")
