"""Photos: taken in, checked, stripped, and shown to whoever may see the order."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from io import BytesIO
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageCms

from models.domain.ledger import commitment
from services import photos
from services.api.edge import MOST_JSON_BYTES, MOST_PHOTO_BYTES
from services.pictures.limits import MOST_BYTES
from services.pictures.shelf import ShelfAway
from services.store.transactions import transaction
from tests.hostile import REFUSED

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from tests.integration.api.conftest import World


def _drawn(form: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    target = BytesIO()
    Image.new(mode, size).save(target, form, **more)
    return target.getvalue()


def _send(world: World, code: str, content: bytes, party: str = "property", **fields: str) -> Any:
    return world.of("handler", party).post(
        f"/api/v1/orders/{code}/photos", files={"file": ("photo", content)}, data=fields
    )


def _rows(world: World) -> int:
    with transaction(world.worker.engine) as sql:
        row = sql.execute("SELECT count(*) FROM photo").fetchone()
    return int(row[0]) if row else 0


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_attached_and_served(world: World, form: str) -> None:
    code = world.report()
    answer = _send(world, code, _drawn(form), purpose="before")
    assert answer.status_code == 201
    photo = answer.json()["photos"][0]
    assert (photo["purpose"], photo["party"], photo["width"], photo["height"]) == (
        "before",
        "property",
        40,
        30,
    )
    shown = world.of("handler", "street").get(photo["href"])
    assert shown.headers["content-type"] == f"image/{form.lower()}"
    assert shown.headers["cache-control"].startswith("private")
    assert Image.open(BytesIO(shown.content)).size == (40, 30)


def test_a_thumbnail_is_served_beside_the_picture_and_shown_on_the_page(world: World) -> None:
    code = world.report()
    photo = _send(world, code, _drawn("JPEG", (1000, 500))).json()["photos"][0]
    clerk = world.of("handler", "street")
    shown = clerk.get(photo["thumbnail"])
    image = Image.open(BytesIO(shown.content))
    assert (shown.headers["content-type"], image.format, image.size) == ("image/webp", "WEBP", (480, 240))
    page = clerk.get(f"/o/{code}")
    address = f"/o/{code}/photos/{photo['id']}?size=thumbnail"
    assert f'src="{address}"' in page.text
    assert clerk.get(address).content == shown.content


@pytest.mark.parametrize("size", ["full", "thumbnail"])
@pytest.mark.parametrize("folder", ["/api/v1/orders", "/o"])
def test_nothing_in_a_served_photo_can_run(world: World, folder: str, size: str) -> None:
    code = world.report()
    photo = _send(world, code, _drawn("JPEG")).json()["photos"][0]
    shown = world.of("handler", "street").get(f"{folder}/{code}/photos/{photo['id']}?size={size}")
    assert shown.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(
        rf'inline; filename="{code}-[0-9a-f]{{8}}\.(jpg|webp)"', shown.headers["content-disposition"]
    )
    assert shown.headers["content-length"] == str(len(shown.content))


def test_a_browser_that_has_the_photo_is_not_sent_it_again(world: World) -> None:
    photo = _send(world, world.report(), _drawn("JPEG")).json()["photos"][0]
    clerk = world.of("handler", "street")
    etag = clerk.get(photo["href"]).headers["etag"]
    clerk.document = {"paths": {}}  # an answer without a body has no media type to be held against
    again = clerk.get(photo["href"], headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert clerk.get(photo["thumbnail"], headers={"If-None-Match": etag}).status_code == 200


def test_whoever_may_not_see_the_order_learns_nothing_by_an_etag(world: World) -> None:
    photo = _send(world, world.report(), _drawn("JPEG")).json()["photos"][0]
    etag = world.of("handler", "street").get(photo["href"]).headers["etag"]
    stranger = world.of("handler", "property", site="OTHER")
    assert stranger.get(photo["href"], headers={"If-None-Match": etag}).status_code == 404
    assert stranger.get(photo["thumbnail"]).status_code == 404


def test_the_ledger_vouches_for_what_was_received_and_for_what_is_kept(world: World, picture: bytes) -> None:
    code = world.report()
    photo = _send(world, code, picture).json()["photos"][0]
    kept = world.of("handler", "street").get(photo["href"]).content
    with transaction(world.worker.engine) as sql:
        secret, received = sql.execute(
            "SELECT secret, received FROM photo WHERE id = %s", (photo["id"],)
        ).fetchone() or (b"", "")
        row = sql.execute(
            "SELECT payload FROM event WHERE stream_id = %s AND type = 'PhotoAttached'",
            (int(code.split("-")[1]),),
        ).fetchone()
    event = json.loads(row[0])["data"]["photo"] if row else {}
    assert received == sha256(picture).hexdigest() != sha256(kept).hexdigest()
    assert event["commitment"] == commitment(secret, kept)
    assert event["received"] == commitment(secret, received.encode())


def test_what_many_phones_write_is_a_jpeg_with_more_behind_it(world: World) -> None:
    behind = Image.new("RGB", (40, 30), "blue")
    several = _drawn("MPO", save_all=True, append_images=[behind])
    photo = _send(world, world.report(), several).json()["photos"][0]
    assert photo["media_type"] == "image/jpeg"
    served = Image.open(BytesIO(world.of("handler", "property").get(photo["href"]).content))
    assert (served.format, getattr(served, "n_frames", 1)) == ("JPEG", 1)


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
@pytest.mark.parametrize("profile", ["sRGB", "LAB", "junk"])
def test_a_colour_profile_is_worked_in_not_kept(world: World, mode: str, profile: str) -> None:
    made = b"junk"
    if profile != "junk":
        made = ImageCms.ImageCmsProfile(ImageCms.createProfile(profile)).tobytes()  # type: ignore[arg-type]
    answer = _send(world, world.report(), _drawn("JPEG", mode=mode, icc_profile=made))
    served = world.of("handler", "property").get(answer.json()["photos"][0]["href"]).content
    assert "icc_profile" not in Image.open(BytesIO(served)).info


@pytest.mark.parametrize("asked", ["bytes=0-3", "bytes=99999999-", "bytes=0-1,3-4", "odd"])
def test_a_photo_is_served_whole_whatever_part_is_asked_for(world: World, asked: str) -> None:
    photo = _send(world, world.report(), _drawn("PNG")).json()["photos"][0]
    shown = world.of("handler", "property").get(photo["href"], headers={"Range": asked})
    assert (shown.status_code, len(shown.content)) == (200, photo["size"])


def test_what_the_picture_tells_of_place_and_phone_is_gone(world: World, picture: bytes) -> None:
    code = world.report()
    assert b"Exif" in picture
    photo = _send(world, code, picture).json()["photos"][0]
    served = world.of("handler", "property").get(photo["href"]).content
    assert b"Exif" not in served
    assert not Image.open(BytesIO(served)).getexif()


def test_a_picture_on_its_side_is_turned_upright(world: World) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = _send(world, world.report(), _drawn("JPEG", (40, 30), exif=exif)).json()["photos"][0]
    assert (photo["width"], photo["height"]) == (30, 40)


def test_a_film_hidden_behind_the_picture_is_dropped(world: World, picture: bytes) -> None:
    photo = _send(world, world.report(), picture + b"ftypmp42" * 1000).json()["photos"][0]
    assert b"ftypmp42" not in world.of("handler", "property").get(photo["href"]).content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.7",
    ],
)
def test_what_is_no_picture_of_ours_is_an_unsupported_type(world: World, content: bytes) -> None:
    assert _send(world, world.report(), content).status_code == 415


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_is_cut_short_is_refused(world: World, form: str) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    target = BytesIO()
    noise.save(target, form)
    answer = _send(world, world.report(), target.getvalue()[: len(target.getvalue()) // 2])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/file")


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(world: World) -> None:
    bomb = _drawn("PNG", (10_000, 5_001), "1")
    assert len(bomb) < 100_000
    answer = _send(world, world.report(), bomb)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/file")


@pytest.mark.parametrize(
    ("name", "status", "zh", "en"),
    [
        ("moving webp", 422, "动图", "single photo"),
        ("png of two thousand million pixels", 422, "5000万像素", "50 million pixels"),
        ("png with a text bomb", 422, "损坏", "damaged"),
        ("heic", 415, "HEIC", "HEIC"),
        ("too many bytes", 413, "20 MB", "20 MB"),
    ],
)
def test_a_refusal_says_what_to_do_in_both_languages(
    world: World, name: str, status: int, zh: str, en: str
) -> None:
    code, content = world.report(), REFUSED[name][0]()
    clerk = world.of("handler", "property")
    for language, words in (("zh", zh), ("en", en)):
        answer = clerk.post(
            f"/api/v1/orders/{code}/photos",
            files={"file": ("photo", content)},
            headers={"Accept-Language": language},
        )
        assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text


def test_a_storage_that_is_away_is_told_as_such_and_leaves_no_row(
    world: World, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def put(self, name: str, content: bytes) -> None:
            raise ShelfAway(name)

    code, before = world.report(), _rows(world)
    monkeypatch.setattr(photos, "shelf_of", lambda _settings: Away())
    answer = _send(world, code, picture)
    assert (answer.status_code, answer.headers["retry-after"], "照片" in answer.text) == (503, "2", True)
    assert _rows(world) == before


@pytest.mark.parametrize(
    ("path", "most"), [("orders/{}/photos", MOST_PHOTO_BYTES), ("orders", MOST_JSON_BYTES)]
)
def test_a_body_without_a_length_is_refused_while_it_comes(
    world: World, portal: BlockingPortal, path: str, most: int
) -> None:
    """No client of ours: each piece that the server asks for is counted."""
    code, token = world.report(), world.token("handler", "property")
    kind = "multipart/form-data; boundary=x" if path.endswith("photos") else "application/json"
    piece = 64 * 1024
    pieces = chain(
        [b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'], repeat(bytes(piece))
    )
    taken, sent = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        body = next(pieces)
        taken += len(body)
        return {"type": "http.request", "body": body, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": f"/api/v1/{path.format(code)}",
        "raw_path": f"/api/v1/{path.format(code)}".encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"authorization", f"Bearer {token}".encode()),
            (b"content-type", kind.encode()),
            (b"transfer-encoding", b"chunked"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    portal.call(world.app, scope, receive, send)
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"connection"]) == (413, b"close")
    assert taken <= most + 2 * piece


def test_over_twenty_megabytes_are_refused(world: World, picture: bytes) -> None:
    code = world.report()
    assert _send(world, code, picture + b"\0" * MOST_BYTES).status_code == 413
    assert _send(world, code, b"\0" * (MOST_BYTES + 100_000)).status_code == 413


def test_a_form_without_a_file_or_with_odd_fields_names_them(world: World, picture: bytes) -> None:
    code = world.report()
    clerk = world.of("handler", "property")
    path = f"/api/v1/orders/{code}/photos"
    missing = clerk.post(path, files={"purpose": (None, "before")})
    assert missing.json()["errors"][0]["pointer"] == "#/file"
    odd = _send(world, code, picture, colour="red")
    assert odd.json()["errors"][0]["pointer"] == "#/colour"
    nobody = clerk.post(path, files={"file": ("a", picture)}, data={"party": "nobody"})
    assert nobody.json()["errors"][0]["pointer"] == "#/party"
    assert clerk.post(path, json={}).status_code == 415


def test_a_file_given_as_text_is_a_wrong_field(world: World) -> None:
    code = world.report()
    answer = world.of("handler", "property").post(
        f"/api/v1/orders/{code}/photos", files={"file": (None, "just words")}
    )
    assert answer.json()["errors"][0]["pointer"] == "#/file"


def test_whoever_may_not_attach_leaves_no_row(world: World, picture: bytes) -> None:
    code = world.report()
    before = _rows(world)
    observer = world.of("observer", "property")
    answer = observer.post(f"/api/v1/orders/{code}/photos", files={"file": ("a", picture)})
    assert answer.status_code == 403
    assert _rows(world) == before


def test_a_repeated_photo_is_attached_once(world: World, picture: bytes) -> None:
    code = world.report()
    clerk = world.of("handler", "property")
    key = {"Idempotency-Key": "photo"}
    for _ in range(2):
        answer = clerk.post(f"/api/v1/orders/{code}/photos", files={"file": ("a", picture)}, headers=key)
        assert answer.status_code == 201
    assert len(answer.json()["photos"]) == 1
    other = clerk.post(f"/api/v1/orders/{code}/photos", files={"file": ("a", _drawn("PNG"))}, headers=key)
    assert other.status_code == 409
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT count(*) FROM photo WHERE stream_id = %s", (int(code.split("-")[1]),)
        ).fetchone()
    assert row == (1,)


def test_a_photo_is_found_under_its_own_order_only(world: World, picture: bytes) -> None:
    photo = _send(world, world.report(), picture).json()["photos"][0]
    other = world.report()
    clerk = world.of("handler", "property")
    assert clerk.get(f"/api/v1/orders/{other}/photos/{photo['id']}").status_code == 404
    stranger = world.of("handler", "property", site="OTHER")
    assert stranger.get(photo["href"]).status_code == 404


def test_an_erased_photo_is_gone(world: World, picture: bytes) -> None:
    code = world.report()
    photo = _send(world, code, picture).json()["photos"][0]
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE photo SET sha256 = NULL, secret = NULL WHERE id = %s", (photo["id"],))
    clerk = world.of("handler", "property")
    assert clerk.get(photo["href"]).status_code == 404
    assert clerk.get(f"/api/v1/orders/{code}").json()["photos"] == []
