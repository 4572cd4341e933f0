"""Our own processes, described for the supervisor."""

import http.client
import os
import sys
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from services.embedded.child import Child
from services.settings import MARK, Settings, dialled

PYTHON = (sys.executable, "-m")
WORKER = (*PYTHON, "celery", "-A", "workers.app:app", "worker", "--loglevel=INFO")
# Celery's processes need not know of each other: the database tells who did what.
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def own_children(settings: Settings) -> list[Child]:
    """API, workers and pulse, in the order of their start."""
    web = ["--host", settings.host, "--port", str(settings.port), "--loop=uvloop"]
    # Limits of heads and slow clients; whom to believe of proxies is a setting of ours.
    web += ["--http=services.api.connection:Connection", "--no-proxy-headers"]
    # Without a limit, open event streams would hold back the end for ever.
    web += ["--timeout-graceful-shutdown=3", "--no-server-header", "--no-access-log"]
    child = partial(Child, folder=settings.data, environment=own_environment(settings))
    logs = settings.data / "logs"
    return [
        child(
            name="api",
            command=[*PYTHON, "uvicorn", "--factory", "services.api.app:create_app", *web],
            log=logs / "api.log",
            is_ready=partial(answers, settings, "/health/ready"),
            grace=timedelta(seconds=5),
        ),
        child(
            name="worker",
            command=[
                *WORKER,
                "-n",
                "engine@%h",
                "-Q",
                "lianban.route,lianban.fire,lianban.publish",
                # From one parent that has loaded everything: another one shares nearly all of its memory.
                f"--concurrency={settings.engine_processes}",
                *QUIET,
            ],
            log=logs / "worker.log",
            grace=timedelta(seconds=25),
            stop_order=1,
        ),
        # Sending waits for strangers' machines; it must not hold up the engine. One process, since each costs
        # 50 MB: what a dead address delays past the grace is sent by the pulse.
        child(
            name="sender",
            command=[*WORKER, "-n", "sender@%h", "-Q", "lianban.send", "--concurrency=1", *QUIET],
            log=logs / "sender.log",
            grace=timedelta(seconds=25),
            stop_order=1,
        ),
        child(
            name="pulse",
            command=[*PYTHON, "workers.pulse"],
            log=logs / "pulse.log",
            grace=timedelta(seconds=5),
            stop_order=2,
        ),
    ]


def own_environment(settings: Settings) -> dict[str, str]:
    """What our processes are told: all that we were told, and the folder that was decided on."""
    return {
        **os.environ,
        "LIANBAN_DATA": str(settings.data),
        "LIANBAN_HOST": settings.host,
        "LIANBAN_PORT": str(settings.port),
        MARK: os.path.realpath(settings.data),
        # A folder named `models` where somebody happens to stand is not ours.
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
        # Threads that seldom allocate need no heap of their own.
        "MALLOC_ARENA_MAX": "2",
    }


def answers(settings: Settings, path: str) -> bool:
    """Whether the web server says 200 to a path."""
    host = urlsplit(f"//{dialled(settings.host)}").hostname or settings.host
    line = http.client.HTTPConnection(host, settings.port, timeout=1)
    try:
        line.request("GET", path)
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
