"""What `lianban doctor` looks at on the machine: folder, disk, port, address, broker."""

import http.client
import os
import shutil
import stat
from collections.abc import Iterator
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from services.cli.finding import Finding, fail, ok, warn
from services.settings import Settings, dialled

if TYPE_CHECKING:
    from redis import Redis

MEGABYTE = 1024 * 1024
LITTLE = 2000 * MEGABYTE
TOO_LITTLE = 200 * MEGABYTE
OURS_ALONE = 0o077


def machine(told: Settings) -> Iterator[Finding]:
    """Everything that needs no database."""
    yield from data_folder(told)
    yield disk(told)
    yield port(told)
    yield address(told)
    yield broker(told)


def data_folder(told: Settings) -> Iterator[Finding]:
    """Whether it is there, ours to write, and closed to others where secrets lie."""
    folder = told.data
    if not folder.is_dir():
        yield warn("data folder", f"{folder} is not there yet", "`./lianban up` makes it.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield fail("data folder", f"{folder} cannot be written", "run as its owner, or set LIANBAN_DATA.")
    elif folder.stat().st_mode & stat.S_IWOTH:
        yield fail("data folder", f"everybody may write to {folder}", f"chmod o-w {folder}")
    else:
        yield ok("data folder", str(folder))
    key = folder / "secret.key"
    if key.exists() and key.stat().st_mode & OURS_ALONE:
        yield fail(
            "secret key", f"others may read {key}", f"chmod 600 {key}, and make a new one if others did."
        )


def disk(told: Settings) -> Finding:
    """Space for the database, photos and logs."""
    at = next(folder for folder in (told.data, *told.data.parents) if folder.is_dir())
    free = shutil.disk_usage(at).free
    words = f"{free // MEGABYTE:,} MB free at {at}"
    if free < TOO_LITTLE:
        return fail("disk", words, "make room now: PostgreSQL stops when the disk is full.")
    return warn("disk", words, "make room soon.") if free < LITTLE else ok("disk", words)


def port(told: Settings) -> Finding:
    """Free, or held by our own web server."""
    where = f"{told.host}, port {told.port}"
    with socket(AF_INET6 if ":" in told.host else AF_INET, SOCK_STREAM) as trial:
        trial.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            trial.bind((told.host, told.port))
        except OSError as error:
            reason = error.strerror
        else:
            return warn("port", f"nothing listens on {where}", "start `./lianban up`.")
    if _is_lianban(told):
        return ok("port", f"lianban answers on {where}")
    return fail("port", f"{where} is taken by something else ({reason})", "choose with LIANBAN_PORT.")


def _is_lianban(told: Settings) -> bool:
    host = urlsplit(f"//{dialled(told.host)}").hostname or told.host
    line = http.client.HTTPConnection(host, told.port, timeout=1)
    try:
        line.request("GET", "/health/live")
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def address(told: Settings) -> Finding:
    """What posters and links carry."""
    parts = urlsplit(told.public_url)
    remedy = "set LIANBAN_PUBLIC_URL to the address that people use."
    if told.is_local:
        words = f"{told.public_url} is this machine alone: no posters, and links work nowhere else"
        return (fail if told.is_production else warn)("public address", words, remedy)
    if parts.scheme != "https":
        return warn("public address", f"{told.public_url} is not encrypted", "serve it by https.")
    return ok("public address", told.public_url)


def broker(told: Settings) -> Finding:
    """Whether it answers and keeps what it is given. Without it the pulse works alone, and later."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

    line = Redis.from_url(
        told.redis_url, socket_timeout=3, socket_connect_timeout=3, retry=Retry(NoBackoff(), 0)
    )
    try:
        about: Any = line.info("server")
        policy = _policy(line)
    except (RedisError, OSError) as error:
        start = "start `./lianban up`." if told.embedded_valkey else "start it, or correct LIANBAN_REDIS_URL."
        return fail("broker", f"it does not answer ({type(error).__name__})", start)
    finally:
        line.close()
    if policy not in {None, "noeviction"}:
        return fail(
            "broker",
            f"it may drop messages (maxmemory-policy {policy})",
            "set its maxmemory-policy to noeviction.",
        )
    valkey = about.get("valkey_version")
    return ok("broker", f"Valkey {valkey}" if valkey else f"Redis {about.get('redis_version', '?')}")


def _policy(line: "Redis") -> str | None:
    """What it does when its memory is full; None where it does not tell."""
    from redis.exceptions import ResponseError

    try:
        told: Any = line.config_get("maxmemory-policy")
    except ResponseError:
        return None
    words = {_text(key): _text(value) for key, value in told.items()}
    return words.get("maxmemory-policy")


def _text(word: str | bytes) -> str:
    return word.decode() if isinstance(word, bytes) else word
