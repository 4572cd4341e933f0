"""The pages of a party's people: what waits for them, who is on duty, where notices go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.notify.channels import Accepted, ByHand, Message, Outcome, Refused, Unknown
from services.notify.expanding import read_people
from services.store.transactions import transaction

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def _client(world: World, party: str, role: str = "handler", member: str | None = None) -> Any:
    client = world.of(role, party, member=member)
    client.headers.update(HTML)
    return client


# ── what waits ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_inbox_says_why_and_one_tap_takes_it_on(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    page = client.get("/inbox").text
    assert f'action="/o/{code}/of/property/acknowledge"' in page
    assert "请协办" in page
    done = client.post(f"/o/{code}/of/property/acknowledge", data={"key": "k1", "back": "/inbox"})
    assert (done.status_code, done.headers["location"]) == (303, "/inbox?did=acknowledge")
    assert f'action="/o/{code}/of/property/acknowledge"' not in client.get("/inbox").text


def test_danger_stands_first(world: World) -> None:
    danger, client = world.report(severity="danger", category="electrical"), _client(world, "property")
    later = world.report()
    page = client.get("/inbox").text
    assert page.index(danger) < page.index(later)


def test_a_form_leads_back_to_no_foreign_page(world: World) -> None:
    code = world.report()
    answer = _client(world, "property").post(
        f"/o/{code}/of/property/acknowledge", data={"back": "//evil.example"}
    )
    assert answer.headers["location"] == f"/o/{code}?did=acknowledge"


def test_what_another_member_was_told_by_name_is_not_mine(world: World) -> None:
    code = world.report()
    world.act(code, "note", "asset_company", {"note": "请看", "mentions": ["committee:gu-xiaowen"]})
    mine = _client(world, "committee", member="gu-xiaowen").get("/inbox").text
    others = _client(world, "committee", member="nobody-else").get("/inbox").text
    assert (code in mine, code in others) == (True, False)


# ── who is on duty ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_turn_is_put_on_the_roster_and_taken_off(world: World) -> None:
    client = _client(world, "contractor", "lead")
    before = client.get("/duty").text.count("/drop")
    turn = {"member": _member(world, "contractor"), "days": ["1", "7"], "begins": "20:00", "ends": "08:00"}
    assert client.post("/duty/turns", data=turn).status_code == 303
    page = client.get("/duty").text
    assert "周一、周日" in page
    assert page.count("/drop") == before + 1
    with transaction(world.worker.engine) as sql:
        number = _number(sql, "SELECT max(id) FROM roster WHERE site_id = %s", _site(world))
    client.post(f"/duty/turns/{number}/drop")
    assert client.get("/duty").text.count("/drop") == before


@pytest.mark.parametrize(
    ("at", "typed", "words"),
    [
        ("turns", {"member": "bao-jing", "days": "1", "begins": "08:00", "ends": "20:00"}, "本单位的成员"),
        ("turns", {"member": "tang-ayong", "begins": "08:00", "ends": "20:00"}, "请至少选一天"),
        ("turns", {"member": "tang-ayong", "days": "1", "begins": "八点", "ends": "20:00"}, "几点到几点"),
        ("absences", {"member": "tang-ayong", "begins": "明天", "ends": ""}, "起止时间"),
        (
            "absences",
            {
                "member": "tang-ayong",
                "substitute": "tang-ayong",
                "begins": "2026-01-01T00:00",
                "ends": "2026-01-02T00:00",
            },
            "不能是本人",
        ),
    ],
)
def test_a_wrong_turn_is_told_so(world: World, at: str, typed: dict[str, str], words: str) -> None:
    answer = _client(world, "property", "lead").post(f"/duty/{at}", data=typed)
    assert (answer.status_code, words in answer.text) == (422, True)


def test_who_is_away_is_stood_in_for_until_back(world: World) -> None:
    client, now = _client(world, "property", "lead"), datetime.now(UTC)
    when = {"begins": _local(now - timedelta(hours=1)), "ends": _local(now + timedelta(days=2))}
    other = _member(world, "property", but="tang-ayong")
    client.post("/duty/absences", data={"member": "tang-ayong", "substitute": other, **when})
    with transaction(world.worker.engine) as sql:
        assert read_people(sql, *_site(world)).away == {"tang-ayong": other}
        number = _number(sql, "SELECT max(id) FROM absence WHERE site_id = %s", _site(world))
    assert "替班" in client.get("/duty").text
    client.post(f"/duty/absences/{number}/drop")
    with transaction(world.worker.engine) as sql:
        assert read_people(sql, *_site(world)).away == {}


def test_another_partys_roster_is_not_mine_to_change(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        number = _number(
            sql, "SELECT min(id) FROM roster WHERE site_id = %s AND party = 'property'", _site(world)
        )
        _client(world, "contractor", "lead").post(f"/duty/turns/{number}/drop")
        assert sql.execute(
            "SELECT 1 FROM roster WHERE site_id = %s AND id = %s", (*_site(world), number)
        ).fetchone()


@pytest.mark.parametrize("page", ["/duty", "/channels"])
def test_who_works_for_no_party_keeps_no_roster(world: World, page: str) -> None:
    assert _client(world, "property", "observer").get(page).status_code == 403


# ── where notices go ────────────────────────────────────────────────────────────────────────────────────────


class _Service:
    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.sent = outcome, list[Message]()

    def send(self, message: Message) -> Outcome:
        self.sent.append(message)
        return self.outcome


def _added(world: World, client: Any) -> int:
    answer = client.post("/channels", data={"whose": "own", "kind": "sms", "address": "13900001234"})
    assert answer.status_code == 303
    with transaction(world.worker.engine) as sql:
        return _number(sql, "SELECT max(id) FROM channel WHERE site_id = %s", _site(world))


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Accepted(), "服务已收下"),
        (Refused("isv.BUSINESS_LIMIT_CONTROL"), "服务拒收：isv.BUSINESS_LIMIT_CONTROL"),
        (Unknown("timed out"), "没有答复，不知道送到没有：timed out"),
        (ByHand(), "靠人打电话"),
    ],
)
def test_a_test_shows_what_the_service_answered(world: World, outcome: Outcome, words: str) -> None:
    client = _client(world, "property", member="tang-ayong")
    number = _added(world, client)
    world.app.state.notifier = service = _Service(outcome)
    assert words in client.post(f"/channels/{number}/test").text
    assert [(one.kind, one.channel_id, one.member) for one in service.sent] == [("sms", number, "tang-ayong")]


def test_an_address_is_shown_to_nobody_again(world: World) -> None:
    client = _client(world, "property", member="tang-ayong")
    _added(world, client)
    assert "13900001234" not in client.get("/channels").text


def test_an_address_that_cannot_be_used_is_told_so_and_kept_typed(world: World) -> None:
    client = _client(world, "property", member="tang-ayong")
    answer = client.post("/channels", data={"whose": "own", "kind": "sms", "address": "十三八"})
    assert (answer.status_code, 'value="十三八"' in answer.text) == (422, True)


def test_somebody_elses_channel_is_neither_tried_nor_dropped(world: World) -> None:
    number = _added(world, _client(world, "property", member="tang-ayong"))
    stranger = _client(world, "contractor")
    assert stranger.post(f"/channels/{number}/test").status_code == 403
    stranger.post(f"/channels/{number}/drop")
    with transaction(world.worker.engine) as sql:
        assert sql.execute(
            "SELECT 1 FROM channel WHERE id = %s AND site_id = %s", (number, *_site(world))
        ).fetchone()


def _number(sql: Any, query: str, values: tuple[int]) -> int:
    row = sql.execute(query, values).fetchone()
    return int(row[0])


def _site(world: World) -> tuple[int]:
    return (world.site_ids["AIBO5"],)


def _member(world: World, party: str, but: str = "") -> str:
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT code FROM member WHERE site_id = %s AND party = %s AND code <> %s"
            " AND role IN ('handler', 'lead') ORDER BY code LIMIT 1",
            (*_site(world), party, but),
        ).fetchone()
    assert row is not None
    return str(row[0])


def _local(at: datetime) -> str:
    return (at + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


def test_an_observer_opens_an_order_on_which_a_request_waits(world: World) -> None:
    code = world.report()
    asked = {"nominee": "contractor", "reason": "漏点在新做的屋面"}
    assert world.act(code, "assignments/asset_company/return", "asset_company", asked).status_code == 200
    page = world.of("observer", "property").get(f"/o/{code}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert asked["reason"] not in page.text
