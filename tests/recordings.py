"""Recordings as a browser makes them, without a sound in them."""

import struct


def webm(seconds: int) -> bytes:
    """A WebM file of so many seconds, in clusters of unknown size as Chromium writes them."""
    unknown = b"\x01" + b"\xff" * 7
    head = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67" + unknown
    scale = b"\x15\x49\xa9\x66\x87\x2a\xd7\xb1\x83\x0f\x42\x40"
    clusters = [
        b"\x1f\x43\xb6\x75" + unknown + b"\xe7\x84" + struct.pack(">I", one * 1000) + _block(1000)
        for one in range(seconds)
    ]
    return head + scale + b"".join(clusters)


def _block(after_ms: int) -> bytes:
    return b"\xa3\x85\x81" + struct.pack(">h", after_ms) + b"\x80s"
