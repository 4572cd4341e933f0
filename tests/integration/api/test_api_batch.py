"""`POST /orders:batch`: many reports, each with its own answer."""

from typing import Any

import pytest

from models.domain.orders.commands import Report
from models.domain.orders.handlers import HANDLERS
from services import nudges
from services.store.transactions import transaction
from tests.integration.api.conftest import LEAK

BATCH = "/api/v1/orders:batch"


@pytest.fixture
def committee(world: Any) -> Any:
    return world.of("handler", "committee")


def send(committee: Any, *reports: Any, **headers: str) -> list[dict[str, Any]]:
    answer = committee.post(BATCH, json={"reports": list(reports)}, headers=headers)
    assert answer.status_code == 200, answer.text
    answers: list[dict[str, Any]] = answer.json()["answers"]
    return answers


def statuses(answers: list[dict[str, Any]]) -> list[int]:
    return [one["status"] for one in answers]


def codes(answers: list[dict[str, Any]]) -> list[str]:
    return [one["order"]["code"] for one in answers]


def count(world: Any) -> int:
    with transaction(world.worker.engine) as sql:
        row = sql.execute("SELECT count(*) FROM stream").fetchone()
    assert row is not None
    return int(row[0])


def test_each_report_is_answered_with_the_order_that_it_became(committee: Any) -> None:
    told = [LEAK | {"description": f"第{number}处漏水"} for number in range(3)]
    answers = send(committee, *told)
    kept = [committee.get(one["location"]).json()["description"] for one in answers]
    assert kept == [one["order"]["description"] for one in answers] == [one["description"] for one in told]


def test_the_answer_is_what_reading_the_order_tells(committee: Any) -> None:
    (answer,) = send(committee, LEAK | {"title": "漏水", "reporter": {"name": "王阿姨", "phone": "138"}})
    read = committee.get(answer["location"]).json()
    assert answer["order"] | {"as_of": None} == read | {"as_of": None}


def test_a_single_report_is_answered_with_what_reading_the_order_tells(committee: Any) -> None:
    answer = committee.post("/api/v1/orders", json=LEAK | {"title": "漏水", "severity": "danger"})
    read = committee.get(answer.headers["location"]).json()
    assert answer.json() | {"as_of": None} == read | {"as_of": None}


def test_what_is_wrong_with_one_does_not_hold_up_the_others(committee: Any) -> None:
    answers = send(
        committee,
        LEAK,
        LEAK | {"space": "cellar"},
        LEAK | {"colour": "red"},
        LEAK | {"site": "OTHER"},
        "漏水",
        LEAK,
    )
    assert statuses(answers) == [201, 422, 422, 404, 422, 201]


def test_a_problem_points_into_its_report(committee: Any) -> None:
    (answer,) = send(committee, LEAK | {"reporter": {"phone": "none"}})
    assert answer["problem"]["errors"][0]["pointer"] == "#/reporter/phone"


@pytest.mark.parametrize("many", [0, 101])
def test_an_empty_list_and_more_than_a_hundred_are_refused_whole(
    world: Any, committee: Any, many: int
) -> None:
    before = count(world)
    answer = committee.post(BATCH, json={"reports": [LEAK] * many})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/reports")
    assert count(world) == before


def test_a_hundred_are_taken_down_in_the_order_in_which_they_stand(committee: Any) -> None:
    answers = send(committee, *[LEAK | {"description": str(number)} for number in range(100)])
    assert [one["order"]["description"] for one in answers] == [str(number) for number in range(100)]
    assert len(set(codes(answers))) == 100


def test_the_same_request_with_the_same_key_has_one_effect(world: Any, committee: Any) -> None:
    reports = [LEAK, LEAK | {"description": "墙角"}]
    first = send(committee, *reports, **{"Idempotency-Key": "once"})
    before = count(world)
    again = send(committee, *reports, **{"Idempotency-Key": "once"})
    assert codes(again) == codes(first)
    assert count(world) == before


def test_what_was_refused_is_taken_down_when_it_is_sent_again_put_right(committee: Any) -> None:
    told = {"Idempotency-Key": "put-right"}
    first = send(committee, LEAK, LEAK | {"space": "cellar"}, **told)
    again = send(committee, LEAK, LEAK, **told)
    assert statuses(again) == [201, 201]
    assert codes(again)[0] == first[0]["order"]["code"]


def test_a_report_s_own_key_is_known_in_another_place(committee: Any) -> None:
    (first,) = send(committee, LEAK | {"key": "own"})
    _, moved = send(committee, LEAK, LEAK | {"key": "own"})
    assert moved["order"]["code"] == first["order"]["code"]


def test_one_key_is_one_report_in_a_batch_and_alone(committee: Any) -> None:
    (batched,) = committee.post(BATCH, json={"reports": [LEAK | {"key": "both"}]}).json()["answers"]
    alone = committee.post("/api/v1/orders", json=LEAK, headers={"Idempotency-Key": "both"})
    assert alone.json()["code"] == batched["order"]["code"]


def test_a_key_used_for_two_reports_is_refused_at_the_second_alone(committee: Any) -> None:
    answers = send(
        committee,
        LEAK | {"key": "two"},
        LEAK | {"key": "two", "description": "别处"},
        LEAK | {"key": "three"},
    )
    assert statuses(answers) == [201, 409, 201]
    assert answers[1]["problem"]["type"] == "urn:lianban:problem:key-reused"


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> str:
    """A room at which the engine stumbles."""
    own = HANDLERS[Report]

    def stumbling(draft: Any, command: Any) -> None:
        if command.space == "dance":
            raise ZeroDivisionError
        own(draft, command)

    monkeypatch.setitem(HANDLERS, Report, stumbling)
    return "dance"


def test_a_report_that_breaks_the_batch_costs_only_itself(committee: Any, poison: str) -> None:
    answers = send(committee, LEAK, LEAK | {"space": poison}, LEAK)
    assert statuses(answers) == [201, 500, 201]


def test_a_batch_nudges_once(committee: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(nudges, "nudge", lambda *lanes: asked.append(lanes))
    send(committee, LEAK, LEAK, LEAK)
    assert asked == [("route",)]
