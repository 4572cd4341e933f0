"""Hostile files over the API, with the real decoder: what is refused, and what of the others is served."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from services.api.edge import MOST_PHOTO_BYTES
from services.pictures.limits import MOST_BYTES
from services.store.transactions import transaction
from tests.hostile import CLEANED, MARK, REFUSED, Make, drawn

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

STATUS = {
    "NoPicture": 415,
    "BrokenPicture": 422,
    "MovingPicture": 422,
    "TooManyPixels": 422,
    "TooManyBytes": 413,
}
"""What the API answers to each kind of refusal."""
CARRIERS = {"exif", "xmp", "comment", "icc_profile", "Comment", "XML:com.adobe.xmp", "photoshop"}
"""Where Pillow shows what a file carries beside its pixels."""
BOUNDARY = b"frontier"
PIECE = b"x" * 65_536


@pytest.fixture
def code(world: World) -> str:
    return world.report()


def send(world: World, code: str, content: bytes, kind: str = "image/jpeg", name: str = "photo.jpg") -> Any:
    return world.of("handler", "property").post(
        f"/api/v1/orders/{code}/photos", files={"file": (name, content, kind)}
    )


def served(world: World, code: str, answer: Any) -> list[bytes]:
    """The picture and its thumbnail, as somebody else is served them."""
    assert answer.status_code == 201, answer.text
    photo, clerk = answer.json()["photos"][-1], world.of("handler", "street")
    return [clerk.get(photo[one]).content for one in ("href", "thumbnail")]


def rows(world: World, code: str) -> list[Any]:
    with transaction(world.worker.engine) as sql:
        return sql.execute("SELECT * FROM photo WHERE stream_id = %s", (int(code.split("-")[1]),)).fetchall()


# ── what they are ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("make", "kind"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_no_row_whatever_it_says_it_is(
    world: World, code: str, make: Make, kind: type[Exception]
) -> None:
    answer = send(world, code, make())
    assert answer.status_code == STATUS[kind.__name__]
    assert rows(world, code) == []


@pytest.mark.parametrize("make", CLEANED.values(), ids=CLEANED)
def test_what_is_served_carries_nothing_but_pixels(world: World, code: str, make: Make) -> None:
    for content in served(world, code, send(world, code, make())):
        shown = Image.open(BytesIO(content))
        assert not CARRIERS & set(shown.info)
        assert not shown.getexif()
        assert not any(
            one in content for one in (MARK[:5], b"script", b"evil", b"Exif", b"ftyp", b"PK\x03\x04")
        )


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/x-php", "junk", ""])
def test_a_picture_is_served_as_what_it_is_and_not_as_what_it_was_said_to_be(
    world: World, code: str, kind: str
) -> None:
    photo = send(world, code, drawn("PNG"), kind).json()["photos"][0]
    shown = world.of("handler", "street").get(photo["href"])
    assert shown.headers["content-type"] == "image/png"


# ── what they are called ────────────────────────────────────────────────────────────────────────────────────

NAMES = {
    "a path": b"../../../../etc/cron.d/evil",
    "a path of Windows": rb"C:\Windows\evil.exe",
    "a page": b"evil.html",
    "two endings": b"evil.php.jpg",
    "a rule of a web server": b".htaccess",
    "turned round": "\u202egpj.evil".encode(),
    "cannot be seen": "e\u200bvil\ufeff.jpg".encode(),
    "a script": b"<img src=x onerror=evil()>.jpg",
    "the end of a field": b'a.jpg"; name="purpose"; x="evil',
    "NUL": b"evil.jpg\0.html",
    "half a line end": b"a.jpg\rX-Evil: 1",
    "no UTF-8": b"\xff\xfeevil.jpg",
    "long": b"evil" * 5_000,
    "none": b"",
}


def _body(name: bytes, content: bytes) -> bytes:
    head = b'Content-Disposition: form-data; name="file"; filename="' + name + b'"\r\nContent-Type: image/png'
    return b"--%b\r\n%b\r\n\r\n%b\r\n--%b--\r\n" % (BOUNDARY, head, content, BOUNDARY)


def _named(world: World, code: str, name: bytes) -> Any:
    return world.of("handler", "property").post(
        f"/api/v1/orders/{code}/photos",
        content=_body(name, drawn("PNG")),
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"},
    )


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_kept_nowhere_and_names_nothing(world: World, code: str, name: bytes) -> None:
    answer = _named(world, code, name)
    assert answer.status_code in {201, 400, 422}, answer.text
    assert "evil" not in str(rows(world, code)) + str(answer.json().get("photos"))
    files = [one.name for one in Path(world.settings.data).rglob("*") if one.is_file()]
    assert [one for one in files if "evil" in one or "htaccess" in one] == []


def test_most_of_these_names_do_no_harm_to_their_picture(world: World, code: str) -> None:
    taken = {name for name, spelled in NAMES.items() if _named(world, code, spelled).status_code == 201}
    assert taken >= NAMES.keys() - {"none", "the end of a field", "half a line end", "NUL", "long"}


def test_a_name_with_a_line_end_adds_no_header(world: World, code: str) -> None:
    answer = _named(world, code, b"a.jpg\r\nSet-Cookie: evil=1\r\nX: ")
    assert answer.status_code < 500
    assert "set-cookie" not in answer.headers


def test_a_served_picture_bears_a_name_of_ours(world: World, code: str) -> None:
    photo = _named(world, code, NAMES["a script"]).json()["photos"][0]
    shown = world.of("handler", "street").get(photo["href"])
    assert re.fullmatch(
        rf'inline; filename="{code}-[0-9a-f]{{8}}\.png"', shown.headers["content-disposition"]
    )


# ── too large ───────────────────────────────────────────────────────────────────────────────────────────────


def test_twenty_megabytes_are_taken_and_one_byte_more_is_not(world: World, code: str) -> None:
    picture = drawn("JPEG")
    assert send(world, code, picture + bytes(MOST_BYTES - len(picture))).status_code == 201
    assert send(world, code, picture + bytes(MOST_BYTES - len(picture) + 1)).status_code == 413


@pytest.mark.parametrize("how", ["announced", "chunked"])
def test_a_real_server_does_not_read_on_once_it_is_too_much(
    world: World, home: str, code: str, how: str
) -> None:
    """What is on its way in buffers of the system is not read by anybody: some MB at most."""
    length = f"Content-Length: {40 * MOST_BYTES}" if how == "announced" else "Transfer-Encoding: chunked"
    head = (
        f"POST /api/v1/orders/{code}/photos HTTP/1.1\r\nHost: {urlsplit(home).netloc}\r\n{length}\r\n"
        f"Authorization: Bearer {world.token('handler', 'property')}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\n\r\n"
    )
    first, piece = _body(b"a", b"").partition(b"\r\n--frontier--")[0], PIECE
    if how == "chunked":
        first, piece = (b"%x\r\n%b\r\n" % (len(one), one) for one in (first, piece))
    assert _poured(home, head.encode() + first, piece) < MOST_PHOTO_BYTES + 16 * 1024 * 1024


def _poured(home: str, head: bytes, piece: bytes) -> int:
    """How many bytes were taken off us before the server ended the connection."""
    at, sent = urlsplit(home), 0
    with (
        socket.create_connection((at.hostname or "", at.port or 0), timeout=20) as line,
        suppress(ConnectionError),
    ):
        line.sendall(head)
        while sent < 40 * MOST_BYTES:
            line.sendall(piece)
            sent += len(piece)
    return sent


# ── the other doors ─────────────────────────────────────────────────────────────────────────────────────────

DOORS = ["gif that is a script", "page named as a picture", "png of 60,000 by 60,000", "cut jpeg", "svg"]


@pytest.mark.parametrize("name", DOORS)
def test_a_resident_by_code_is_refused_the_same(world: World, name: str) -> None:
    make, kind = REFUSED[name]
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM tries")
    told = {"site": "AIBO5", "space": "hall", "description": "漏水"}
    receipt = world.client().post("/api/v1/public/reports", json=told).json()
    resident = world.client(**{"Tracking-Code": receipt["tracking_code"]})
    answer = resident.post(
        f"/api/v1/public/orders/{receipt['code']}/photos", files={"file": ("a.jpg", make(), "image/jpeg")}
    )
    assert answer.status_code == STATUS[kind.__name__], answer.text
