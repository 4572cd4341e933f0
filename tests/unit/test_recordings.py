"""How long a recording lasts, told by each kind of file that browsers write."""

import struct
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.recordings import length_of
from services.voices import TooLong, voice_of
from tests.recordings import webm

KINDS = ("audio/webm", "audio/ogg", "audio/mp4")


def _box(kind: bytes, *within: bytes) -> bytes:
    body = b"".join(within)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _mp4(*, whole: int = 0, fragments: int = 0) -> bytes:
    """Seconds that the head says, and that are in fragments of a second each, 48 samples of 1000 units."""
    track = _box(b"trak", _box(b"mdia", _box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, 48_000, 0))))
    usual = _box(b"mvex", _box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 1000, 0, 0)))
    head = _box(b"moov", _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, whole * 1000)), track, usual)
    run = _box(b"traf", _box(b"tfhd", struct.pack(">II", 0, 1)), _box(b"trun", struct.pack(">II", 0, 48)))
    return _box(b"ftyp", b"isom") + head + _box(b"moof", run) * fragments


def _ogg(seconds: int) -> bytes:
    def page(granule: int, body: bytes) -> bytes:
        return b"OggS\0\0" + struct.pack("<qIIIB", granule, 1, 0, 0, 1) + bytes([len(body)]) + body

    return page(0, b"OpusHead") + b"".join(page(one * 48_000, b"sound") for one in range(1, seconds + 1))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (webm(61), "audio/webm"),
        (_ogg(61), "audio/ogg"),
        (_mp4(whole=61), "audio/mp4"),
        (_mp4(fragments=61), "audio/mp4"),
    ],
    ids=["webm", "ogg", "mp4 whole", "mp4 in fragments"],
)
def test_each_kind_of_file_tells_its_length(content: bytes, kind: str) -> None:
    assert length_of(content, kind) == timedelta(seconds=61)


def test_a_sample_may_have_a_length_of_its_own() -> None:
    own = struct.pack(">II", 0x100, 3) + struct.pack(">III", 24_000, 48_000, 24_000)
    parts = _mp4() + _box(b"moof", _box(b"traf", _box(b"tfhd", bytes(8)), _box(b"trun", own)))
    assert length_of(parts, "audio/mp4") == timedelta(seconds=2)


@given(st.binary(max_size=400), st.sampled_from(KINDS))
def test_what_is_no_recording_has_no_length_and_breaks_nothing(content: bytes, kind: str) -> None:
    assert length_of(b"no recording", kind) is None
    length_of(content, kind)


def test_boxes_in_boxes_without_end_break_nothing() -> None:
    content = b"".join(struct.pack(">I4s", 80_000 - 8 * one, b"moov") for one in range(10_000))
    assert length_of(content, "audio/mp4") is None


@pytest.mark.parametrize(("seconds", "is_taken"), [(60, True), (62, True), (63, False)])
def test_a_minute_and_what_a_browser_stops_late_is_taken(seconds: int, *, is_taken: bool) -> None:
    assert _taken(webm(seconds)) is is_taken


def _taken(content: bytes) -> bool:
    try:
        voice_of(BytesIO(content))
    except TooLong:
        return False
    return True
