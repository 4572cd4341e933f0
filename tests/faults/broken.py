"""The entry by which a run of faults starts our processes: `python -m tests.faults.broken MODULE …`.

It runs MODULE unchanged but for what the harness asks for in the environment: leases of seconds instead of a
minute with all limits that follow from them in proportion, so that a process can be stopped past its lease
within a short run; and, to try the checker, one of the bugs of `tests.faults.bugs`. A process that this one
spawns imports this module first and is treated alike; one that it forks has inherited it.
"""

import os
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg

LEASE, SINK, BUG = "FAULTS_LEASE_SECONDS", "FAULTS_SINK_PORT", "FAULTS_BUG"
WHOLE_SECONDS = 60.0
"""The lease as it is without us."""
ROBOTS_AT = "https://oapi.dingtalk.com/"


def told(lease: timedelta, sink_port: int, bug: str | None) -> dict[str, str]:
    """The environment for a process that is to be treated so."""
    return {LEASE: str(lease.total_seconds()), SINK: str(sink_port)} | ({BUG: bug} if bug else {})


def lead_to_sink(port: int) -> None:
    """钉钉 is called at the sink; what is sent there and how its reply is read stay as they are."""
    from services.notify.outside_wire import Reply, Request, Wire  # noqa: PLC0415 - see below

    post = Wire.post

    def posted(self: Wire, request: Request) -> Reply:
        return post(self, replace(request, url=request.url.replace(ROBOTS_AT, f"http://127.0.0.1:{port}/")))

    Wire.post = posted  # type: ignore[method-assign]


def name_connections() -> None:
    """Each connection carries its process's number: the harness's witnesses tell writers apart by it."""
    connect = psycopg.connect

    def named(*args: Any, **words: Any) -> Any:
        words["application_name"] = f"{words.get('application_name', '')}/{os.getpid()}"
        return connect(*args, **words)

    psycopg.connect = named


def shorten(share: float) -> None:
    """The leases, and in proportion all that must end before they do, or waits for them.

    Not the time limits of Celery's tasks: they would end whoever is stopped past his lease the moment that he
    wakes, and nobody would see what he says then.
    """
    from services.notify import endpoints, endpoints_rows, fallback, sending  # noqa: PLC0415 - see above
    from services.notify.outside_wire import Wire  # noqa: PLC0415
    from services.notify.sending_threads import Threads  # noqa: PLC0415
    from services.store import claims  # noqa: PLC0415
    from workers import lane, pulse  # noqa: PLC0415

    for module, names in {
        claims: ("LEASE",),
        endpoints: ("SHORTEST", "LONGEST", "PROBE"),
        endpoints_rows: ("LEASE", "HELD_FOR"),
        fallback: ("AGAIN_WHEN_UNKNOWN",),
        sending: ("BUDGET_SECONDS",),
        lane: ("ROUND",),
        # Not how long a child of the pulse may take: on a busy machine it needs seconds to start, and whoever
        # outlives a lease is fenced by its token.
        pulse: ("LINGER_SECONDS",),
    }.items():
        for name in names:
            setattr(module, name, getattr(module, name) * share)
    given = claims.claim.__kwdefaults__
    assert given is not None
    given["lease"] = claims.LEASE
    for function in (Threads.__init__, Wire.__init__):
        function.__defaults__ = _scaled(function.__defaults__, share)
    words = lane.run.__kwdefaults__
    assert words is not None
    words["lasting"] *= share


def _scaled(defaults: tuple[Any, ...] | None, share: float) -> tuple[Any, ...]:
    assert defaults is not None
    return tuple(one * share if isinstance(one, float | timedelta) else one for one in defaults)


def prepare() -> None:
    """Do to this process what the environment asks for."""
    name_connections()
    lead_to_sink(int(os.environ[SINK]))
    shorten(float(os.environ[LEASE]) / WHOLE_SECONDS)
    if bug := os.environ.get(BUG):
        from tests.faults.bugs import BUGS  # noqa: PLC0415 - imports most of the product

        BUGS[bug].inject()


def main() -> None:
    """Become the module."""
    sys.argv = sys.argv[1:]
    if sys.argv[0] == "uvicorn":
        import uvicorn  # noqa: PLC0415 - only where it is used

        uvicorn.main()
    elif sys.argv[0] == "celery":
        from celery.__main__ import main as celery  # noqa: PLC0415

        celery()
    else:
        from workers import pulse  # noqa: PLC0415

        pulse.main()


if LEASE in os.environ and __name__ in {"__main__", "__mp_main__"}:
    prepare()
if __name__ == "__main__":
    main()
