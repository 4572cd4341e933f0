"""How long a recording lasts, read from what its container says of its sound; nothing is decoded.

What the recorders of browsers write: WebM (RFC 9559), Ogg with Opus (RFC 3533, 7845), MP4 whole or in
fragments (ISO/IEC 14496-12). A file that says nothing of its length has none here; its size bounds it.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

MOST_PARTS = 50_000
"""A minute of sound in the smallest packets that there are has half as many."""
_WITHIN = frozenset({0x18538067, 0x1549A966, 0x1F43B675, 0xA0})
"""Segment, info, cluster, group of blocks: what is in them is read as it comes."""
_SCALE, _DURATION, _CLUSTER_AT, _BLOCKS = 0x2AD7B1, 0x4489, 0xE7, frozenset({0xA1, 0xA3})
_OPUS_RATE = 48_000
_PAGE_HEAD = 27
_BOXES = frozenset({b"moov", b"trak", b"mdia", b"mvex", b"moof", b"traf"})
_DEEPEST = 4


def length_of(content: bytes, media_type: str) -> timedelta | None:
    """The length of a recording; None where it cannot be told."""
    # What is broken tells nothing.
    with suppress(struct.error, IndexError, OverflowError):
        seconds = {"audio/webm": _webm, "audio/ogg": _ogg, "audio/mp4": _mp4}[media_type](content)
        return timedelta(seconds=seconds) if seconds > 0 else None
    return None


# ── WebM ────────────────────────────────────────────────────────────────────────────────────────────────────


def _webm(content: bytes) -> float:
    """The instant of the last block, or what the head says if that is more."""
    scale, cluster, last, told = 1_000_000, 0, 0, 0.0
    for kind, body in _elements(content):
        if kind == _SCALE:
            scale = int.from_bytes(body)
        elif kind == _DURATION:
            told = struct.unpack(">f" if len(body) == 4 else ">d", body)[0]  # noqa: PLR2004 - bytes
        elif kind == _CLUSTER_AT:
            cluster = int.from_bytes(body)
        elif kind in _BLOCKS:
            last = max(last, cluster + struct.unpack_from(">h", body, 1)[0])
    return max(float(last), told) * scale / 1e9


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(MOST_PARTS):
        if at >= len(content):
            return
        kind, at = _number(content, at, with_mark=True)
        size, at = _number(content, at, with_mark=False)
        if kind not in _WITHIN:
            yield kind, content[at : at + size]
            at += size


def _number(content: bytes, at: int, *, with_mark: bool) -> tuple[int, int]:
    """A number whose first byte says by its zeros how many bytes it has; and where it ends."""
    length = 9 - content[at].bit_length()
    whole = int.from_bytes(content[at : at + length])
    return (whole if with_mark else whole & ~(1 << 7 * length), at + length)


# ── Ogg ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _ogg(content: bytes) -> float:
    """Each page says how many samples there are up to its end."""
    at, last = 0, 0
    while content.startswith(b"OggS", at):
        last = max(last, struct.unpack_from("<q", content, at + 6)[0])
        sizes = content[at + _PAGE_HEAD : at + _PAGE_HEAD + content[at + _PAGE_HEAD - 1]]
        at += _PAGE_HEAD + len(sizes) + sum(sizes)
    return last / _OPUS_RATE if b"OpusHead" in content[:100] else 0


# ── MP4 ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _mp4(content: bytes) -> float:
    """What the head says, or all samples of all fragments if that is more."""
    rate, usual, own, samples, told = 1, 0, 0, 0, 0.0
    for kind, body in _boxes(content, 0, len(content)):
        if kind == b"mvhd":
            scale, units = struct.unpack_from(*((">IQ", body, 20) if body[0] else (">II", body, 12)))
            told = units / max(1, scale)
        elif kind == b"mdhd":
            rate = max(1, struct.unpack_from(">I", body, 20 if body[0] else 12)[0])
        elif kind == b"trex":
            usual = struct.unpack_from(">I", body, 12)[0]
        elif kind == b"tfhd":
            own = _usual_of(body) or usual
        elif kind == b"trun":
            samples += _run(body, own)
    return max(told, samples / rate)


def _boxes(content: bytes, at: int, end: int, depth: int = 0) -> Iterator[tuple[bytes, bytes]]:
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, at)
        size = max(8, size or end - at)
        if kind in _BOXES and depth < _DEEPEST:
            yield from _boxes(content, at + 8, min(end, at + size), depth + 1)
        else:
            yield kind, content[at + 8 : at + size]
        at += size


def _usual_of(body: bytes) -> int:
    """How long each sample of a fragment is, where its head says so; 0 where it does not."""
    flags = int.from_bytes(body[1:4])
    at = 8 + 8 * (flags & 1) + 4 * (flags >> 1 & 1)
    return int(struct.unpack_from(">I", body, at)[0]) if flags & 8 else 0


def _run(body: bytes, usual: int) -> int:
    """How long the samples of a run are together, in units of the track."""
    flags, count = int.from_bytes(body[1:4]), struct.unpack_from(">I", body, 4)[0]
    if not flags & 0x100:
        return int(count * usual)
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    at = 8 + 4 * (flags & 1) + 4 * (flags >> 2 & 1)
    count = min(count, MOST_PARTS)
    return sum(struct.unpack_from(">I", body, at + 4 * len(fields) * one)[0] for one in range(count))
