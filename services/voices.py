"""Spoken words of reporters: kept as they came beside the ledger, for whoever may read the written ones.

A recording is a row among the texts of its order, so that whatever erases these erases it with them.
"""

import os
import re
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import IO
from uuid import uuid4

from models.domain.recordings import length_of
from models.domain.streams import StreamKey
from services.store.contexts import Sql
from services.store.private import VOICE, PrivateText

LONGEST = timedelta(seconds=60)
"""The page stops the recording then."""
MOST_BYTES = 1024 * 1024
"""60 s at 136 kbit/s, several times what browsers record speech at."""
LATE = timedelta(seconds=2)
"""By so much a browser may stop a recording late."""
_KINDS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x1a\x45\xdf\xa3"), "audio/webm"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "audio/mp4"),
)
"""By how a file begins: what the recorders of browsers write."""


class VoiceRefused(Exception):
    """The file cannot be taken as a recording; record it again, at most a minute."""


class NoVoice(VoiceRefused):
    """The file is no recording of a browser; record it on the page, or write it down."""


class TooLong(VoiceRefused):
    """A recording has at most a minute; say it shorter, or write it down."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording as it came."""

    content: bytes
    media_type: str


def voice_of(file: IO[bytes]) -> Voice:
    """The recording in a file that somebody sent; nothing of it is decoded here. Raises VoiceRefused."""
    if file.seek(0, os.SEEK_END) > MOST_BYTES:
        raise TooLong
    file.seek(0)
    content = file.read()
    for begins, media_type in _KINDS:
        if begins.match(content):
            length = length_of(content, media_type)
            if length is not None and length > LONGEST + LATE:
                raise TooLong
            return Voice(content, media_type)
    raise NoVoice


def row_for(voice: Voice) -> PrivateText:
    """The row that keeps it, a data URL."""
    body = f"data:{voice.media_type};base64,{b64encode(voice.content).decode()}"
    return PrivateText(uuid4().hex, VOICE, secrets.token_bytes(32), body)


def read_kept(sql: Sql, key: StreamKey) -> str | None:
    """The recording of an order as a data URL; None where there is none, or none any more."""
    row = sql.execute(
        "SELECT body FROM private_row WHERE site_id = %s AND stream_id = %s AND kind = %s"
        " AND body IS NOT NULL ORDER BY created_at LIMIT 1",
        (key.site_id, key.stream_id, VOICE),
    ).fetchone()
    return row[0] if row else None


def is_kept(sql: Sql, key: StreamKey) -> bool:
    """Whether there is a recording of the order."""
    return (
        sql.execute(
            "SELECT 1 FROM private_row WHERE site_id = %s AND stream_id = %s AND kind = %s"
            " AND body IS NOT NULL",
            (key.site_id, key.stream_id, VOICE),
        ).fetchone()
        is not None
    )


def read_voice(sql: Sql, key: StreamKey) -> Voice | None:
    """The recording of an order, to be played."""
    kept = read_kept(sql, key)
    if kept is None:
        return None
    head, _, data = kept.partition(",")
    return Voice(b64decode(data), head.removeprefix("data:").removesuffix(";base64"))
