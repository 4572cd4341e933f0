"""The Celery application. A message is a hint without content: what there is to do stands in PostgreSQL."""

from contextlib import suppress
from typing import Any

from billiard.util import get_pdeathsig  # type: ignore[attr-defined]  # its stubs lack it
from celery import Celery
from celery.signals import (
    setup_logging,
    worker_before_create_process,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)
from celery.worker import state

from services import bootstrap, nudges
from services.execute import Shop
from services.memory import settle
from services.settings import Settings, settings
from workers import watchdog

TASKS = ("workers.routing", "workers.escalation", "workers.notification")


def configured(given: Settings) -> Celery:
    """Celery with settings that each answer a failure seen (docs/architecture.md, 'Celery on Redis')."""
    app = Celery("lianban", broker=given.broker_url, include=list(TASKS))
    app.conf.update(
        nudges.broker_settings(),
        task_acks_late=False,
        task_soft_time_limit=20,
        task_time_limit=30,
        worker_prefetch_multiplier=1,
        worker_max_memory_per_child=400_000,
        worker_soft_shutdown_timeout=20,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        timezone="UTC",
    )
    return app


app = configured(settings())
_shop: Shop | None = None


def shop() -> Shop:
    """The workshop of this worker process."""
    global _shop  # noqa: PLW0603 - one a process, made after the fork
    if _shop is None:
        _shop = bootstrap.build(settings())
        nudges.start(settings())
    return _shop


@setup_logging.connect
def _log(**_: Any) -> None:  # noqa: ANN401 - Celery's signal
    bootstrap.set_up_logging(settings())


@worker_before_create_process.connect
def _share(**_: Any) -> None:  # noqa: ANN401 - Celery's signal
    """What the parent has loaded stays shared: the child's collector does not touch it.

    billiard calls a C function in each child; the parser for its declaration is 11 MB, loaded here once.
    """
    with suppress(OSError):
        get_pdeathsig()
    settle()


@worker_process_init.connect
def _begin(**_: Any) -> None:  # noqa: ANN401 - Celery's signal
    """Connections are never inherited over a fork."""
    global _shop  # noqa: PLW0603 - see `shop`
    _shop = None
    shop()


@worker_process_shutdown.connect
def _end(**_: Any) -> None:  # noqa: ANN401 - Celery's signal
    nudges.stop()
    if _shop is not None:
        _shop.engine.dispose()


@worker_ready.connect
def _watch(**_: Any) -> None:  # noqa: ANN401 - Celery's signal
    """In the parent, which holds the messages."""
    watchdog.start(lambda: [one.id for one in tuple(state.reserved_requests)])
