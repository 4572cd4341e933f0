"""Residents without an account: reporting, following by the code, answering; codes that are guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from services.identity import tries
from services.privacy import reporting
from services.store.transactions import transaction

if TYPE_CHECKING:
    from tests.integration.api.conftest import Checked, World

PHONE, NAME = "13812345678", "王秀英"
TOLD: dict[str, Any] = {"site": "AIBO5", "space": "table-tennis", "description": "靠窗的顶上渗水"}
WHO = {"reporter": {"name": NAME, "phone": PHONE}}
PUBLIC = "/api/v1/public"


@pytest.fixture(autouse=True)
def untried(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM tries")


def reported(world: World, **fields: Any) -> tuple[str, Checked]:
    """The order's code, and its reporter's browser."""
    answer = world.client().post(f"{PUBLIC}/reports", json=TOLD | fields)
    assert answer.status_code == 201, answer.text
    world.route()
    receipt = answer.json()
    return receipt["code"], world.client(**{"Tracking-Code": receipt["tracking_code"]})


def test_whoever_reports_without_an_account_follows_the_order_by_the_code(world: World) -> None:
    code, resident = reported(world)
    seen = resident.get(f"{PUBLIC}/orders/{code}").json()
    assert (seen["description"], seen["reporter"]["kind"]) == (TOLD["description"], "anonymous")


def test_the_order_is_what_its_parties_work_on(world: World) -> None:
    code, _ = reported(world, category="leak", **WHO)
    seen = world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()
    assert seen["reporter"] == {"kind": "resident", "contact_known": True}


def test_what_is_offered_leads_through_the_same_door(world: World) -> None:
    code, resident = reported(world)
    allowed = resident.get(f"{PUBLIC}/orders/{code}").json()["allowed"]
    assert {one["action"] for one in allowed} == {"note", "photo", "cancel"}
    assert all(one["href"].startswith(f"{PUBLIC}/orders/{code}/") for one in allowed)


def test_the_code_is_kept_nowhere(world: World) -> None:
    code, resident = reported(world)
    secret = resident.headers["Tracking-Code"]
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT digest FROM tracking_code WHERE stream_id = %s", (int(code.partition("-")[2]),)
        ).fetchone()
    assert row is not None
    assert secret.replace("-", "") not in row[0].upper()


@pytest.mark.parametrize("typed", [str.lower, lambda c: c.replace("-", " "), lambda c: c.replace("0", "O")])
def test_a_code_may_be_typed_as_it_is_read(world: World, typed: Any) -> None:
    code, resident = reported(world)
    resident.headers["Tracking-Code"] = typed(resident.headers["Tracking-Code"])
    assert resident.get(f"{PUBLIC}/orders/{code}").status_code == 200


def test_a_code_is_of_at_least_sixty_bits_and_no_two_are_alike(world: World) -> None:
    secrets = {reported(world)[1].headers["Tracking-Code"] for _ in range(5)}
    assert len(secrets) == 5
    assert all(5 * len(one.replace("-", "")) >= 60 for one in secrets)


def test_a_code_opens_its_own_order_alone(world: World) -> None:
    (code, resident), (other, _) = reported(world), reported(world)
    assert resident.get(f"{PUBLIC}/orders/{code}").status_code == 200
    assert resident.get(f"{PUBLIC}/orders/{other}").status_code == 404


def test_a_wrong_code_an_order_without_one_and_none_at_all_are_answered_alike(world: World) -> None:
    code, _ = reported(world)
    staff = world.report()
    guess = world.client(**{"Tracking-Code": "7KQM-2X9D-HV3T-8R5N"})
    told = [guess.get(f"{PUBLIC}/orders/{one}") for one in (code, staff, "AIBO5-99999", "NOWHERE-1", "x")]
    assert {one.status_code for one in told} == {404}
    assert len({str(one.json() | {"instance": ""}) for one in told}) == 1


def test_without_a_code_nobody_is_let_in(world: World) -> None:
    code, _ = reported(world)
    assert world.client().get(f"{PUBLIC}/orders/{code}").status_code == 401


def test_the_sixth_wrong_code_is_not_tried_any_more_nor_is_the_right_one_then(world: World) -> None:
    code, resident = reported(world)
    guess = world.client(**{"Tracking-Code": "WRONG"})
    statuses = [guess.get(f"{PUBLIC}/orders/{code}").status_code for _ in range(6)]
    assert statuses == [404] * 5 + [429]
    assert resident.get(f"{PUBLIC}/orders/{code}").status_code == 429


def test_a_right_code_begins_the_count_anew(world: World) -> None:
    code, resident = reported(world)
    guess = world.client(**{"Tracking-Code": "WRONG"})
    for _ in range(4):
        guess.get(f"{PUBLIC}/orders/{code}")
    assert resident.get(f"{PUBLIC}/orders/{code}").status_code == 200
    assert guess.get(f"{PUBLIC}/orders/{code}").status_code == 404


def test_reports_are_counted_by_address_and_site(world: World) -> None:
    statuses = [
        world.client().post(f"{PUBLIC}/reports", json=TOLD).status_code
        for _ in range(tries.REPORTS_PER_CALLER.most + 1)
    ]
    assert statuses == [201] * tries.REPORTS_PER_CALLER.most + [429]
    assert world.client().post(f"{PUBLIC}/reports", json=TOLD | {"site": "OTHER"}).status_code == 201


def test_a_site_takes_so_many_reports_an_hour_from_wherever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "PER_SITE", tries.Limit(0, reporting.PER_SITE.within))
    assert world.client().post(f"{PUBLIC}/reports", json=TOLD).status_code == 429


def test_a_report_that_is_repeated_has_one_effect_and_the_same_code(world: World) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    told = [world.client(**key).post(f"{PUBLIC}/reports", json=TOLD | WHO).json() for _ in range(2)]
    assert told[0] == told[1]


def test_a_repetition_whose_code_was_not_kept_yet_keeps_it(world: World) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = world.client(**key).post(f"{PUBLIC}/reports", json=TOLD).json()
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM tracking_code")
    again = world.client(**key).post(f"{PUBLIC}/reports", json=TOLD).json()
    resident = world.client(**{"Tracking-Code": again["tracking_code"]})
    assert resident.get(f"{PUBLIC}/orders/{first['code']}").status_code == 200


def test_a_key_that_can_be_guessed_is_refused(world: World) -> None:
    answer = world.client(**{"Idempotency-Key": "1"}).post(f"{PUBLIC}/reports", json=TOLD)
    assert (answer.status_code, "16" in answer.json()["detail"]) == (422, True)


def test_there_is_no_report_to_a_site_that_there_is_not(world: World) -> None:
    assert world.client().post(f"{PUBLIC}/reports", json=TOLD | {"site": "NOWHERE"}).status_code == 404


def test_what_is_wrong_with_a_report_is_told_by_field(world: World) -> None:
    answer = world.client().post(f"{PUBLIC}/reports", json=TOLD | {"space": "nowhere"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/space")


def test_what_can_be_reported_where_is_known_to_all(world: World) -> None:
    site = world.client().get(f"{PUBLIC}/sites/AIBO5").json()
    assert "table-tennis" in {one["code"] for one in site["spaces"]}
    assert "hold_reasons" not in site


def test_an_anonymous_danger_waits_for_a_person_to_confirm_it(world: World) -> None:
    code, _ = reported(world, severity="danger")
    seen = world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()
    assert (seen["severity"], seen["confirmed"]) == ("danger", False)


def test_a_remark_and_taking_back_are_the_reporters(world: World) -> None:
    code, resident = reported(world)
    assert resident.post(f"{PUBLIC}/orders/{code}/note", json={"note": "又漏了"}).status_code == 200
    taken_back = resident.post(f"{PUBLIC}/orders/{code}/cancel", json={"reason": "已经好了"})
    assert (taken_back.status_code, taken_back.json()["status"]) == (200, "cancelled")


def test_a_photo_comes_and_is_shown_by_the_code(world: World, picture: bytes) -> None:
    code, resident = reported(world)
    sent = resident.post(f"{PUBLIC}/orders/{code}/photos", files={"file": ("a.jpg", picture)})
    assert sent.status_code == 201, sent.text
    href = sent.json()["photos"][0]["thumbnail"]
    assert resident.get(href).headers["content-type"] == "image/webp"
    assert world.client(**{"Tracking-Code": "WRONG"}).get(href).status_code == 404


def _closed(world: World) -> tuple[str, Checked]:
    """A question is answered by the committee and ends when its reporter says that it helped."""
    code, resident = reported(world, category="question", **WHO)
    for action in ("acknowledge", "start", "done"):
        answer = world.act(code, f"assignments/committee/{action}", "committee")
        assert answer.status_code == 200, answer.text
    answered = resident.post(f"{PUBLIC}/orders/{code}/callback", json={"resolved": True, "satisfied": True})
    assert (answered.status_code, answered.json()["status"]) == (200, "closed"), answered.text
    return code, resident


def test_the_callback_is_answered_and_the_order_reopened_by_the_code(world: World) -> None:
    code, resident = _closed(world)
    again = resident.post(f"{PUBLIC}/orders/{code}/reopen", json={"reason": "下雨后又漏了"})
    assert (again.status_code, again.json()["status"]) == (200, "reopened")


def test_what_is_not_the_reporters_is_refused_by_the_code_too(world: World) -> None:
    code, resident = reported(world, category="leak")
    refused = resident.post(
        f"{PUBLIC}/orders/{code}/assignments/asset_company/reject", json={"reason": "不好"}
    )
    assert refused.status_code in {403, 409}
