"""The child process that redraws: it gives up all rights, then takes one picture after another.

Over its pipes comes a line with a length and a file of that length; back goes a line of JSON, which names the
refusal or the lengths of the picture and the thumbnail that follow it.
"""

import gc
import json
import os
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path

from services.pictures.limits import HardPicture, PictureRefused
from services.pictures.redrawing import redrawn

READY = b"ready\n"
MOST_MEMORY_BYTES = 1280 * 1024 * 1024
"""Of address space. Measured: 50 million pixels take up to 920 MB (WebP), as JPEG 440 MB."""
MOST_CPU_SECONDS = 10
"""A picture. Measured: 50 million pixels take up to 4 s."""
_OWNER_OF_NOTHING = 65533
"""A user id that no system gives out: `nobody` owns the embedded database."""
_STANDARD_FILES = 3


def main() -> None:
    """Redraw until the parent closes the pipe."""
    _give_up_rights()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(READY)
    target.flush()
    while line := source.readline(32):
        _allow_time()
        for part in _answer(source.read(int(line))):
            target.write(part)
        target.flush()
        gc.collect()


def _give_up_rights() -> None:
    """No file can be opened, written or run any more, no connection made, no process started."""
    # Whoever is short of memory shall end this process first. A container may forbid any of these.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    if os.geteuid() == 0:
        with suppress(OSError):
            os.setgroups([])
            os.setgid(_OWNER_OF_NOTHING)
            os.setuid(_OWNER_OF_NOTHING)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    os.closerange(_STANDARD_FILES, 256)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _STANDARD_FILES),
        (resource.RLIMIT_AS, MOST_MEMORY_BYTES),
    ):
        resource.setrlimit(what, (most, most))


def _allow_time() -> None:
    """A number of seconds from now on; the limit counts from the start of the process."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + MOST_CPU_SECONDS, hard))


def _answer(content: bytes) -> tuple[bytes, ...]:
    try:
        it = redrawn(content)
    except PictureRefused as refused:
        return (_line({"refused": type(refused).__name__}),)
    except MemoryError:
        return (_line({"refused": HardPicture.__name__}),)
    lengths = {"content": len(it.content), "thumbnail": len(it.thumbnail)}
    head = _line({"form": it.form, "width": it.width, "height": it.height, **lengths})
    return head, it.content, it.thumbnail


def _line(head: dict[str, str | int]) -> bytes:
    return json.dumps(head).encode() + b"\n"


if __name__ == "__main__":
    main()
