"""Taking along and erasing what is one's own, and what is forgotten by itself; the ledger verifies."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from models.domain.streams import StreamKey
from services.ledger.findings import Codes, Tally
from services.ledger.streams import verify_streams
from services.photos import thumbnail_of
from services.pictures.shelves import shelf_of
from services.privacy.erasing import ASKED, erase
from services.privacy.retention import discard_pictures, due, forget_due, tend
from services.store.transactions import transaction
from tests.integration.api.test_api_contacts import leak, reveal
from tests.integration.api.test_api_residents import NAME, PHONE, PUBLIC, TOLD, WHO, reported

if TYPE_CHECKING:
    from tests.integration.api.conftest import Checked, World

KEPT = timedelta(days=180)


@pytest.fixture(autouse=True)
def untried(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM tries")


def key_of(world: World, code: str) -> StreamKey:
    return StreamKey(world.site_ids["AIBO5"], int(code.partition("-")[2]))


def verified(world: World, code: str) -> Tally:
    """What the ledger says of the order, its photos looked at as well."""
    tally = Tally()
    with transaction(world.worker.engine) as sql:
        codes = Codes(dict(sql.execute("SELECT id, code FROM site").fetchall()))
    deque(verify_streams(world.worker.engine, codes, tally, key_of(world, code), shelf_of(world.settings)), 0)
    return tally


def with_photo(world: World, picture: bytes) -> tuple[str, Checked, str]:
    """An order with words, contact and a photo of its reporter, and the photo's name on the shelf."""
    code, resident = reported(world, category="leak", **WHO)
    resident.post(f"{PUBLIC}/orders/{code}/note", json={"note": "地上很滑"})
    sent = resident.post(f"{PUBLIC}/orders/{code}/photos", files={"file": ("a.jpg", picture)})
    assert sent.status_code == 201, sent.text
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT sha256 FROM photo WHERE stream_id = %s", (key_of(world, code).stream_id,)
        ).fetchone()
    assert row is not None
    return code, resident, row[0]


# ── taking along ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_reporter_takes_along_all_that_is_his(world: World, picture: bytes) -> None:
    code, resident, sha256 = with_photo(world, picture)
    answer = resident.get(f"{PUBLIC}/orders/{code}/mine")
    mine = answer.json()
    assert answer.headers["content-disposition"] == f'attachment; filename="{code}.json"'
    assert (mine["name"], mine["phone"]) == (NAME, PHONE)
    assert [one["words"] for one in mine["words"]] == [TOLD["description"], "地上很滑"]
    assert [one["sha256"] for one in mine["photos"]] == [sha256]


def test_what_others_wrote_is_not_in_it(world: World) -> None:
    code, resident = reported(world, category="leak")
    world.act(code, "note", "committee", {"note": "内部备注"})
    assert "内部备注" not in resident.get(f"{PUBLIC}/orders/{code}/mine").text


# ── erasing ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_reporter_erases_words_contact_and_photos_and_is_told_what_stays(
    world: World, picture: bytes
) -> None:
    code, resident, _ = with_photo(world, picture)
    gone = resident.post(f"{PUBLIC}/orders/{code}/erase").json()
    assert gone["erased"] == ["contact", "photos", "words"]
    assert "办理经过仍保留" in gone["stays"]
    mine = resident.get(f"{PUBLIC}/orders/{code}/mine").json()
    assert (mine["name"], mine["phone"], mine["words"], mine["photos"]) == (None, None, [], [])


def test_the_order_goes_on_and_says_that_it_was_erased(world: World) -> None:
    code, resident = reported(world, category="leak", **WHO)
    resident.post(f"{PUBLIC}/orders/{code}/erase")
    clerk = world.of("handler", "committee")
    seen = clerk.get(f"/api/v1/orders/{code}").json()
    assert (seen["description"], seen["reporter"]["contact_known"]) == (None, False)
    told = [one["text"] for one in clerk.get(f"/api/v1/orders/{code}/events").json()["items"]]
    assert "已删除报告人的联系方式、文字（应本人要求）" in told


def test_what_parties_wrote_stays(world: World) -> None:
    code, resident = reported(world, category="leak", **WHO)
    world.act(code, "note", "committee", {"note": "已现场查看"})
    resident.post(f"{PUBLIC}/orders/{code}/erase")
    events = world.of("handler", "committee").get(f"/api/v1/orders/{code}/events").json()["items"]
    assert "已现场查看" in {one["words"] for one in events}


def test_the_pictures_files_go_with_their_thumbnails(world: World, picture: bytes) -> None:
    code, resident, sha256 = with_photo(world, picture)
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM photo WHERE stream_id <> %s", (key_of(world, code).stream_id,))
    resident.post(f"{PUBLIC}/orders/{code}/erase")
    assert discard_pictures(world.worker, world.settings) == 1
    shelf = shelf_of(world.settings)
    assert (shelf.open(sha256), shelf.open(thumbnail_of(sha256))) == (None, None)


def test_a_picture_that_another_order_shows_stays_on_its_shelf(world: World, picture: bytes) -> None:
    (code, resident, sha256), (other, _, _) = with_photo(world, picture), with_photo(world, picture)
    resident.post(f"{PUBLIC}/orders/{code}/erase")
    discard_pictures(world.worker, world.settings)
    stored = shelf_of(world.settings).open(sha256)
    assert stored is not None
    assert b"".join(stored.chunks)
    assert verified(world, other).findings == []


def test_the_ledger_verifies_after_an_erasure(world: World, picture: bytes) -> None:
    code, resident, _ = with_photo(world, picture)
    before = verified(world, code)
    resident.post(f"{PUBLIC}/orders/{code}/erase")
    discard_pictures(world.worker, world.settings)
    after = verified(world, code)
    assert (before.findings, after.findings) == ([], [])
    assert (before.erased, after.erased) == (0, 4)


def test_erasing_again_finds_nothing_and_adds_no_event(world: World) -> None:
    code, resident = reported(world, category="leak", **WHO)
    resident.post(f"{PUBLIC}/orders/{code}/erase")
    events = verified(world, code).events
    assert resident.post(f"{PUBLIC}/orders/{code}/erase").json()["erased"] == []
    assert verified(world, code).events == events


def test_no_trace_of_the_words_is_left_in_the_database(world: World) -> None:
    words = "靠窗第三块板上渗水"
    code, resident = reported(world, category="leak", description=words)
    resident.post(f"{PUBLIC}/orders/{code}/erase")
    with transaction(world.worker.engine) as sql:
        tables = [
            row[0] for row in sql.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        found = [
            one for one in tables if words in str(sql.execute(f"SELECT t::text FROM {one} t").fetchall())
        ]
    assert found == []


def test_the_operator_erases_what_was_taken_down_for_somebody(world: World) -> None:
    code = world.report(reporter={"name": NAME, "phone": PHONE})
    world.act(code, "note", "committee", {"note": "已现场查看"})
    assert erase(world.worker, key_of(world, code), ASKED) == ["contact", "words"]
    assert verified(world, code).findings == []


# ── forgetting ──────────────────────────────────────────────────────────────────────────────────────────────


def ended(world: World) -> str:
    code, resident = reported(world, category="leak", **WHO)
    told = resident.post(f"{PUBLIC}/orders/{code}/cancel", json={"reason": "已经好了"})
    assert told.status_code == 200, told.text
    return code


def _due(world: World, days: int) -> list[str]:
    with transaction(world.worker.engine) as sql:
        return [one.code for one in due(sql, KEPT, now=datetime.now(UTC) + timedelta(days=days))]


def test_a_contact_is_due_half_a_year_after_the_end_and_not_before(world: World) -> None:
    code = ended(world)
    assert (code in _due(world, 179), code in _due(world, 181)) == (False, True)


def test_an_order_that_goes_on_keeps_its_contact(world: World) -> None:
    code = leak(world)
    assert code not in _due(world, 1000)


def test_what_is_due_is_forgotten_once_with_its_event_and_the_ledger_verifies(world: World) -> None:
    code = ended(world)
    later = datetime.now(UTC) + timedelta(days=181)
    assert forget_due(world.worker, KEPT, now=later) >= 1
    assert forget_due(world.worker, KEPT, now=later) == 0
    events = world.of("handler", "committee").get(f"/api/v1/orders/{code}/events").json()["items"]
    told = [one["text"] for one in events if one["type"] == "PersonalDataErased"]
    assert told == ["已删除报告人的联系方式（保存期满）"]
    assert verified(world, code).findings == []


def test_the_words_of_an_order_stay_when_its_contact_is_forgotten(world: World) -> None:
    code = ended(world)
    forget_due(world.worker, KEPT, now=datetime.now(UTC) + timedelta(days=181))
    assert world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()["description"]
    assert reveal(world, code, "committee").status_code == 409


def test_the_pulse_forgets_by_the_database_own_clock_and_the_setting(world: World) -> None:
    code, fresh = ended(world), ended(world)
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE stream SET updated_at = updated_at - interval '31 days' WHERE stream_id = %s",
            (key_of(world, code).stream_id,),
        )
    tend(world.worker, world.settings.model_copy(update={"contact_days": 30}))
    clerk = world.of("handler", "committee")
    left: dict[str, Any] = {
        one: clerk.get(f"/api/v1/orders/{one}/contact").json()["phone"] for one in (code, fresh)
    }
    assert left == {code: None, fresh: "138****5678"}
