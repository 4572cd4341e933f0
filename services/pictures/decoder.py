"""The parent of the child that redraws: hands it files, holds it to a deadline, replaces it.

No decoder ever runs in this process. A warm child saves each picture the start of a Python (0.2 s); it is
replaced after a few pictures, since what may have taken it over would see those that come next.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Lock, Timer
from typing import IO

import structlog

from services.pictures.limits import (
    MEDIA_TYPES,
    MOST_BYTES,
    MOST_KEPT_BYTES,
    MOST_PIXELS,
    REFUSALS,
    HardPicture,
    Redrawn,
    TooManyBytes,
)

CHILD = "services.pictures.child"
DEADLINE = timedelta(seconds=30)
"""By the wall's clock, for a picture and for the start of a child."""
MOST_PICTURES = 20
"""A child; its start then costs each of them 0.01 s."""
_CHUNK = 256 * 1024
_LONGEST_LINE = 500
_MOST_THUMBNAIL_BYTES = 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]

log = structlog.get_logger("lianban.pictures")


class NoDecoder(RuntimeError):
    """The process that decodes pictures does not start; what it said stands in the log."""


class _Misbehaved(Exception):
    """The child died, was ended at its deadline, or answered what it never should."""


class Decoder:
    """One child, which redraws one picture at a time; threads wait for one another.

    Its environment is empty: no key, no password, no address. Started when the first picture comes, so that a
    process without pictures has none.
    """

    def __init__(self, command: Sequence[str] = (), deadline: timedelta = DEADLINE) -> None:
        self._command = list(command) or [sys.executable, "-P", "-m", CHILD]
        self._deadline = deadline.total_seconds()
        self._turn = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._left = 0

    def redraw(self, file: IO[bytes]) -> tuple[Redrawn, str]:
        """The picture in a file, and the SHA-256 (hexadecimal) of the file as it was received.

        Raises:
            PictureRefused: by its kind; HardPicture also when the child died of the picture.
            NoDecoder: no child could be started.
        """
        size = file.seek(0, os.SEEK_END)
        if size > MOST_BYTES:
            raise TooManyBytes
        file.seek(0)
        with self._turn:
            child = self._ready()
            try:
                with self._ended_in_time(child):
                    received = _hand_over(child, file, size)
                    return _reply(child), received
            except HardPicture:
                self._end()
                raise
            except (_Misbehaved, OSError) as error:
                self._end()
                log.warning("picture ended its decoder", size=size, status=child.returncode, why=str(error))
                raise HardPicture from None

    def close(self) -> None:
        """End the child; the next picture starts another."""
        with self._turn:
            self._end()

    def _ready(self) -> subprocess.Popen[bytes]:
        """A child that waits for a picture."""
        if self._child is not None and (self._left == 0 or self._child.poll() is not None):
            self._end()
        if self._child is None:
            self._child, self._left = self._start(), MOST_PICTURES
        self._left -= 1
        return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        with self._ended_in_time(child):
            is_ready = _pipe(child.stdout).readline(_LONGEST_LINE) == b"ready\n"
        if not is_ready:
            _stop(child)
            raise NoDecoder(f"{NoDecoder.__doc__} ({child.returncode})")
        return child

    @contextmanager
    def _ended_in_time(self, child: subprocess.Popen[bytes]) -> Iterator[None]:
        """At the deadline the child is killed, which ends every reading from it and writing to it."""
        timer = Timer(self._deadline, child.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # else a late one could hit the next picture

    def _end(self) -> None:
        if self._child is not None:
            _stop(self._child)
            self._child = None


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        with suppress(OSError):  # what it did not read any more
            _pipe(pipe).close()
    child.wait()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("Popen was asked for pipes")
    return pipe


def _hand_over(child: subprocess.Popen[bytes], file: IO[bytes], size: int) -> str:
    """Give the file to the child, piece by piece; its SHA-256."""
    digest, target = hashlib.sha256(), _pipe(child.stdin)
    target.write(b"%d\n" % size)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    return digest.hexdigest()


def _reply(child: subprocess.Popen[bytes]) -> Redrawn:
    """What the child made; nothing that it says is believed before it was looked at."""
    source = _pipe(child.stdout)
    try:
        head = json.loads(source.readline(_LONGEST_LINE))
        if "refused" in head:
            raise REFUSALS[head["refused"]]
        form, width, height = str(head["form"]), int(head["width"]), int(head["height"])
        lengths = int(head["content"]), int(head["thumbnail"])
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise _Misbehaved(type(error).__name__) from None
    if not _is_credible(form, width * height, lengths):
        raise _Misbehaved(f"{form} {width}x{height} {lengths}")
    content, thumbnail = (_whole(source, length) for length in lengths)
    return Redrawn(form, width, height, content, thumbnail)


def _is_credible(form: str, pixels: int, lengths: tuple[int, int]) -> bool:
    most = (MOST_KEPT_BYTES, _MOST_THUMBNAIL_BYTES)
    return (
        form in MEDIA_TYPES
        and 0 < pixels <= MOST_PIXELS
        and all(0 < length <= limit for length, limit in zip(lengths, most, strict=True))
    )


def _whole(source: IO[bytes], length: int) -> bytes:
    content = source.read(length)
    if len(content) != length:
        raise _Misbehaved("it broke off")
    return content


DECODER = Decoder()
"""The one of this process."""
