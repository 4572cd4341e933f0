"""The child that decodes: what it refuses, what it may do, and what becomes of one that misbehaves."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest

from services.pictures.decoder import MOST_PICTURES, Decoder, NoDecoder
from services.pictures.limits import HardPicture, PictureRefused
from tests.hostile import CLEANED, MARK, REFUSED, Make, drawn, slow


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    it = Decoder()
    yield it
    it.close()


def speaking(words: str, **more: timedelta) -> Decoder:
    """A decoder whose child says that it is ready and then runs other code than ours."""
    said = "import sys, time, os; sys.stdout.write('ready\\n'); sys.stdout.flush();"
    return Decoder([sys.executable, "-c", f"{said}\n{words}"], **more)


def pid_of(decoder: Decoder) -> int:
    assert decoder._child is not None
    return decoder._child.pid


# ── strangers' files ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("make", "kind"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_refused_by_its_kind(
    decoder: Decoder, make: Make, kind: type[PictureRefused]
) -> None:
    with pytest.raises(kind) as refused:
        decoder.redraw(BytesIO(make()))
    assert refused.type is kind


@pytest.mark.parametrize("make", CLEANED.values(), ids=CLEANED)
def test_what_is_taken_leaves_behind_what_it_carried(decoder: Decoder, make: Make) -> None:
    it, received = decoder.redraw(BytesIO(make()))
    assert received == sha256(make()).hexdigest()
    assert MARK[:5] not in it.content + it.thumbnail


def test_a_picture_that_takes_too_long_is_given_up_and_the_next_one_is_taken() -> None:
    decoder = Decoder(deadline=timedelta(seconds=3))
    decoder.redraw(BytesIO(drawn("JPEG")))
    before = pid_of(decoder)
    with pytest.raises(HardPicture):
        decoder.redraw(BytesIO(slow()))
    decoder.redraw(BytesIO(drawn("JPEG")))
    assert pid_of(decoder) != before
    decoder.close()


PEAK = """
import resource
from io import BytesIO
from services.pictures.decoder import DECODER
from services.pictures.limits import PictureRefused
from tests.hostile import CLEANED, REFUSED, drawn
made = [make() for make, _ in REFUSED.values()] + [make() for make in CLEANED.values()]
DECODER.redraw(BytesIO(drawn("JPEG")))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for content in made:
    try:
        DECODER.redraw(BytesIO(content))
    except PictureRefused:
        pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) // 1024)
"""


def test_no_hostile_file_makes_the_process_that_receives_it_grow() -> None:
    """Decoded here, the largest would take 150 MB more at its peak."""
    done = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 40


def test_the_process_that_receives_pictures_never_loads_a_decoder() -> None:
    code = (
        "import services.api.app, services.photos, sys; print([one for one in sys.modules if one == 'PIL'])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


# ── what the child may do ───────────────────────────────────────────────────────────────────────────────────

FORBIDDEN = {
    "read a file": "open('/etc/hostname')",
    "write a file": "open('/tmp/lianban-canary', 'w')",
    "start a process": "os.execv('/bin/true', ['true']) if os.fork() == 0 else os.wait()",
    "connect": "socket.socket()",
    "take memory": "bytearray(1400 * 1024 * 1024)",
}


@pytest.mark.parametrize("deed", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_child_has_given_up_the_right_to(deed: str) -> None:
    code = (
        "import os, socket\nfrom services.pictures.child import _give_up_rights\n_give_up_rights()\n"
        f"try:\n    {deed}\nexcept (OSError, MemoryError) as error:\n    print(type(error).__name__)\n"
        "else:\n    print('done')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() != ["done"]
    assert done.stdout.strip()


def test_the_child_knows_no_secret_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANBAN_SECRET_KEY", "canary")
    answer = "print('{}' if 'canary' in str(os.environ) else '{\"refused\": \"NoPicture\"}')"
    decoder = speaking(f"sys.stdin.readline(); {answer}")
    with pytest.raises(PictureRefused) as refused:
        decoder.redraw(BytesIO(b""))
    assert refused.type.__name__ == "NoPicture"
    decoder.close()


# ── a child that misbehaves ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        "sys.exit(1)",
        "os.abort()",
        "time.sleep(60)",
        "sys.stdin.buffer.read()",
        "print('junk')",
        "print('[' * 400)",
        'print(\'{"refused": "Odd"}\')',
        'print(\'{"form": "HTML", "width": 1, "height": 1, "content": 1, "thumbnail": 1}xx\')',
        'print(\'{"form": "PNG", "width": 1, "height": 1, "content": 10**12, "thumbnail": 1}\')',
        'print(\'{"form": "PNG", "width": -1, "height": -1, "content": 0, "thumbnail": 0}\')',
        'print(\'{"form": "PNG", "width": 1, "height": 1, "content": 100, "thumbnail": 9}x\')',
        "print('x' * 10_000_000)",
    ],
)
def test_a_child_that_misbehaves_costs_its_picture_and_its_life(words: str) -> None:
    decoder = speaking(words, deadline=timedelta(seconds=2))
    with pytest.raises(HardPicture):
        decoder.redraw(BytesIO(drawn("JPEG", (900, 900))))
    assert decoder._child is None


def test_a_child_that_does_not_start_is_no_fault_of_the_picture() -> None:
    with pytest.raises(NoDecoder):
        Decoder([sys.executable, "-c", "raise SystemExit(3)"]).redraw(BytesIO(drawn("JPEG")))


def test_a_child_that_was_killed_between_two_pictures_is_replaced() -> None:
    decoder = Decoder()
    first = decoder.redraw(BytesIO(drawn("JPEG")))
    assert decoder._child is not None
    decoder._child.kill()
    decoder._child.wait()
    assert decoder.redraw(BytesIO(drawn("JPEG"))) == first
    decoder.close()


def test_a_child_serves_a_number_of_pictures_and_is_replaced(decoder: Decoder) -> None:
    decoder.close()
    pids = []
    for _ in range(MOST_PICTURES + 1):
        decoder.redraw(BytesIO(drawn("PNG")))
        pids.append(pid_of(decoder))
    assert len(set(pids[:-1])) == 1
    assert pids[-1] != pids[0]


def test_threads_that_come_at_once_each_get_their_own_picture(decoder: Decoder) -> None:
    sizes = [(number, 10) for number in range(1, 25)]
    files = [drawn("PNG", size) for size in sizes]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda file: decoder.redraw(BytesIO(file)), files))
    assert [(it.width, it.height) for it, _ in made] == sizes
