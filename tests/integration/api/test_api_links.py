"""Acting from a message: what a link lets its holder do, and what it never does."""

from __future__ import annotations

import json
import logging
import re
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from services import links
from services.bootstrap import set_up_logging
from services.notify.expanding import expand
from services.notify.sending import send
from services.store.claims import LIVE
from services.store.transactions import transaction
from services.web.link_tries import MOST, Tries

if TYPE_CHECKING:
    from models.domain.streams import StreamKey
    from tests.integration.api.conftest import World

HTML = {"Accept": "text/html"}
DELIVERIES = count(1_000_000)
KEYS = count(1)


def _key(world: World, code: str) -> StreamKey:
    from models.domain.streams import StreamKey  # noqa: PLC0415

    return StreamKey(world.site_ids["AIBO5"], int(code.rpartition("-")[2]))


def _link(world: World, code: str, party: str = "property", member: str | None = "tang-ayong") -> str:
    """The path of a link as a message carries it."""
    wanted = links.Wanted(next(DELIVERIES), _key(world, code), party, member)
    with transaction(world.worker.engine) as sql:
        (url,) = links.mint(sql, "http://127.0.0.1:8000/", [wanted], None).values()
    return url.removeprefix("http://127.0.0.1:8000")


def _send(world: World, path: str, action: str, *, files: Any = None, **fields: str) -> Any:
    fields = {"key": f"k{next(KEYS)}"} | fields
    return world.client().post(f"{path}/{action}", data=fields, files=files, headers=HTML)


def _state(world: World, code: str, party: str = "property") -> str:
    order = world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()
    return next(str(one["state"]) for one in order["assignments"] if one["party"]["code"] == party)


def _events(world: World, code: str) -> list[dict[str, Any]]:
    key = _key(world, code)
    with transaction(world.worker.engine) as sql:
        rows = sql.execute(
            "SELECT payload FROM event WHERE (site_id, stream_id) = (%s, %s) ORDER BY seq",
            (key.site_id, key.stream_id),
        ).fetchall()
    return [json.loads(row[0]) for row in rows]


def _counts(world: World) -> list[Any]:
    with transaction(world.worker.engine) as sql:
        return [
            sql.execute(f"SELECT count(*) FROM {table}").fetchone()
            for table in ("event", "delivery_step", "act_link", "photo", "idempotency")
        ]


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_has_the_link_sees_the_partys_own_part_without_signing_in(world: World) -> None:
    code = world.report(description="我是201室王阿姨，电话13812345678")
    page = world.client().get(_link(world, code), headers=HTML)
    assert page.status_code == 200
    for told in ("乒乓房", code, "唐阿勇", "收到，我们来办", "不归我们", "处理好了"):
        assert told in page.text
    assert "王阿姨" not in page.text


def test_looking_changes_nothing_whatever_looks(world: World) -> None:
    path = _link(world, world.report())
    before = _counts(world)
    client = world.client()
    for method in ("GET", "HEAD", "GET"):
        assert client.request(method, path, headers={"User-Agent": "WeChat preview"}).status_code == 200
    assert client.options(path).status_code == 405
    assert _counts(world) == before


def test_the_pages_keep_their_address_to_themselves(world: World) -> None:
    path = _link(world, world.report())
    for answer in (world.client().get(path), _send(world, path, "acknowledge"), world.client().get("/l/x")):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", world.client().get(path).text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_both_languages(world: World, lang: str) -> None:
    page = world.client().get(_link(world, world.report()), params={"lang": lang}).text
    assert ("Got it, we are on it" in page) is (lang == "en")
    assert ("收到，我们来办" in page) is (lang == "zh")


# ── acting ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_tap_acknowledges_as_the_person_and_the_ledger_says_by_what_door(world: World) -> None:
    code = world.report()
    path = _link(world, code)
    answer = _send(world, path, "acknowledge")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?did=acknowledge")
    (event,) = (one for one in _events(world, code) if one["type"] == "AssignmentAcknowledged")
    assert event["actor"] == {"role": "handler", "party": "property", "person": "tang-ayong", "via": "link"}
    page = world.client().get(answer.headers["location"], headers=HTML).text
    assert "已接单，记录在案" in page
    told = world.of("handler", "committee").get(f"/api/v1/orders/{code}/events").json()["items"]
    assert any(one["type"] == "AssignmentAcknowledged" and one["text"].endswith("链接办理）") for one in told)
    assert "收到，我们来办" not in page


def test_the_same_form_sent_again_acts_once_and_shows_how_it_stands(world: World) -> None:
    code = world.report()
    path = _link(world, code)
    answers = [_send(world, path, "acknowledge", key="same") for _ in range(3)]
    assert [one.status_code for one in answers] == [303] * 3
    assert sum(one["type"] == "AssignmentAcknowledged" for one in _events(world, code)) == 1


def test_a_second_form_for_what_is_done_records_nothing_and_says_how_it_stands(world: World) -> None:
    code = world.report()
    path = _link(world, code)
    _send(world, path, "acknowledge")
    again = _send(world, path, "acknowledge")
    assert again.status_code == 409
    assert "没有记录：承办单目前是“已接单”。" in again.text
    assert sum(one["type"] == "AssignmentAcknowledged" for one in _events(world, code)) == 1


def test_a_return_names_who_is_responsible_and_why(world: World) -> None:
    code = world.report()
    path = _link(world, code)
    missing = _send(world, path, "return", reason="漏点在新做的屋面")
    assert missing.status_code == 422
    assert "漏点在新做的屋面" in missing.text
    assert "请选择应由哪个单位办理" in missing.text
    assert _send(world, path, "return", reason="漏点在新做的屋面", nominee="contractor").status_code == 303
    assert _state(world, code) == "return_requested"


def test_nobody_returns_an_order_to_itself(world: World) -> None:
    answer = _send(world, _link(world, world.report()), "return", reason="不是我们", nominee="property")
    assert answer.status_code == 409
    assert "不能写本单位" in answer.text


def test_a_support_party_reports_done_without_a_photo(world: World) -> None:
    code = world.report()
    answer = _send(world, _link(world, code), "done", note="已关阀")
    assert answer.status_code == 303
    assert _state(world, code) == "done"
    assert "现在没有需要在这里办理的事" in world.client().get(answer.headers["location"]).text


def test_the_lead_is_told_that_a_photo_is_lacking(world: World) -> None:
    code = world.report()
    path = _link(world, code, "asset_company", "bao-jing")
    assert "须有照片" in world.client().get(path).text
    answer = _send(world, path, "done")
    assert answer.status_code == 409
    assert "请先上传处置后的照片" in answer.text


def test_photo_and_done_happen_together(world: World, picture: bytes) -> None:
    code = world.report()
    path = _link(world, code, "asset_company", "bao-jing")
    answer = _send(world, path, "done", files=[("photo", ("a.jpg", picture)), ("photo", ("b.jpg", picture))])
    assert answer.status_code == 303
    assert _state(world, code, "asset_company") == "done"
    photos = world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()["photos"]
    assert [(one["purpose"], one["party"]) for one in photos] == [("after", "asset_company")] * 2


def test_a_photo_that_comes_again_with_its_form_is_kept_once(world: World, picture: bytes) -> None:
    code = world.report()
    path = _link(world, code, "asset_company", "bao-jing")
    for _ in range(2):
        answer = _send(world, path, "done", files={"photo": ("a.jpg", picture)}, key="same")
        assert answer.status_code == 303
    with transaction(world.worker.engine) as sql:
        rows = sql.execute("SELECT 1 FROM photo WHERE stream_id = %s", (_key(world, code).stream_id,))
        assert len(rows.fetchall()) == 1


def test_what_is_no_picture_is_said_and_nothing_is_recorded(world: World) -> None:
    code = world.report()
    path = _link(world, code, "asset_company", "bao-jing")
    answer = _send(world, path, "done", files={"photo": ("a.pdf", b"%PDF-1.7")})
    assert answer.status_code == 415
    assert "请传 JPEG、PNG 或 WebP 图片" in answer.text
    assert _state(world, code, "asset_company") == "dispatched"


def test_a_refused_photo_leaves_no_row(world: World, picture: bytes) -> None:
    code = world.report()
    path = _link(world, code, "asset_company", "bao-jing")
    _send(world, path, "done", files={"photo": ("a.jpg", picture)})
    before = _counts(world)[3]
    assert _send(world, path, "done", files={"photo": ("a.jpg", picture)}).status_code == 409
    assert _counts(world)[3] == before


def test_a_partys_own_phone_acts_for_the_party(world: World) -> None:
    code = world.report()
    assert _send(world, _link(world, code, member=None), "acknowledge").status_code == 303
    actor = _events(world, code)[-1]["actor"]
    assert (actor["party"], actor["person"][:5], actor["via"]) == ("property", "link:", "link")


@pytest.mark.parametrize("origin", [{"Origin": "null"}, {"Sec-Fetch-Site": "none"}, {}])
def test_old_browsers_that_hide_the_origin_can_act_too(world: World, origin: dict[str, str]) -> None:
    path = _link(world, world.report())
    answer = world.client().post(f"{path}/acknowledge", data={"key": "k"}, headers=HTML | origin)
    assert answer.status_code == 303


@pytest.mark.parametrize("action", ["verify", "withdraw", "note", "set-limit"])
def test_a_link_opens_no_other_action(world: World, action: str) -> None:
    answer = _send(world, _link(world, world.report()), action, reason="x", note="x")
    assert answer.status_code == 422


def test_an_action_that_the_link_does_not_allow_is_not_offered_and_not_done(world: World) -> None:
    code = world.report()
    path = _link(world, code)
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE act_link SET actions = '{acknowledge}' WHERE stream_id = %s", (code.split("-")[1],)
        )
    assert "不归我们" not in world.client().get(path).text
    assert _send(world, path, "done").status_code == 404


def test_a_link_lets_nobody_into_the_rest(world: World) -> None:
    code = world.report()
    client = world.client()
    client.get(_link(world, code))
    assert client.get(f"/o/{code}", headers=HTML).status_code == 303
    assert client.get(f"/api/v1/orders/{code}").status_code == 401


# ── ends ────────────────────────────────────────────────────────────────────────────────────────────────────


def _end(world: World, code: str, how: str) -> None:
    key = _key(world, code)
    with transaction(world.worker.engine) as sql:
        match how:
            case "revoked":
                assert links.revoke(sql, key) == 1
            case "expired":
                sql.execute("UPDATE act_link SET expires_at = now() WHERE stream_id = %s", (key.stream_id,))
            case "moved on":
                sql.execute("UPDATE member SET party = 'contractor' WHERE code = 'newcomer'")
    if how == "withdrawn":
        world.act(code, "assignments/property/withdraw", "committee", {"reason": "不需要"}, role="lead")
    if how == "cancelled":
        world.act(code, "cancel", "committee", {"reason": "报重了"})


def test_every_dead_link_is_answered_alike_and_says_what_to_do(world: World) -> None:
    world.app.state.link_tries = Tries()
    pages = []
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "INSERT INTO member (site_id, code, party, name, role, language)"
            " VALUES (%s, 'newcomer', 'property', '新来', 'handler', 'zh')",
            (world.site_ids["AIBO5"],),
        )
    for how in ("revoked", "expired", "moved on", "withdrawn", "cancelled"):
        code = world.report()
        path = _link(world, code, member="newcomer" if how == "moved on" else "tang-ayong")
        assert world.client().get(path).status_code == 200
        _end(world, code, how)
        answer = world.client().get(path)
        pages.append((answer.status_code, answer.text.replace(path, "/l/x")))
        assert _send(world, path, "acknowledge").status_code == 404
    pages.append((404, world.client().get("/l/x").text))
    assert len(set(pages)) == 1
    assert "请打开最近一条通知里的链接" in pages[0][1]


def test_an_assignment_of_a_later_round_has_links_of_its_own(world: World) -> None:
    code = world.report()
    path = _link(world, code)
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE act_link SET created_at = created_at - interval '1 day'")
    assert world.client().get(path).status_code == 404


def test_whoever_guesses_is_stopped_and_the_others_are_not(world: World) -> None:
    world.app.state.link_tries = Tries()
    path = _link(world, world.report())
    client = world.client()
    assert {client.get(f"/l/{number}").status_code for number in range(MOST)} == {404}
    stopped = client.get(path)
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "600")
    world.app.state.link_tries = Tries()
    assert client.get(path).status_code == 200


def test_a_party_with_nothing_to_do_gets_no_link(world: World) -> None:
    code = world.report()
    wanted = [
        links.Wanted(1, _key(world, code), "autonomy_office", "jiang-chen"),
        links.Wanted(2, _key(world, code), "property", "jiang-chen"),
        links.Wanted(3, _key(world, code), "street", None),
    ]
    with transaction(world.worker.engine) as sql:
        assert links.mint(sql, "http://x", wanted, None) == {}


# ── the message that carried it ─────────────────────────────────────────────────────────────────────────────


def _message(world: World, code: str, party: str) -> tuple[str, int]:
    expand(world.worker, LIVE)
    send(world.worker, LIVE, public_url="http://127.0.0.1:8000")
    key = _key(world, code)
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT body, delivery_id FROM phone WHERE stream_id = %s AND party = %s AND member IS NOT NULL"
            " ORDER BY id LIMIT 1",
            (key.stream_id, party),
        ).fetchone()
    assert row is not None
    return row[0].rpartition("\n")[2].removeprefix("http://127.0.0.1:8000"), row[1]


def _steps(world: World, delivery: int) -> list[str]:
    with transaction(world.worker.engine) as sql:
        rows = sql.execute(
            "SELECT step FROM delivery_step WHERE delivery_id = %s AND step IN ('opened', 'acted')"
            " ORDER BY id",
            (delivery,),
        )
        return [row[0] for row in rows]


def test_the_message_carries_the_link_and_its_record_says_opened_and_acted(world: World) -> None:
    code = world.report(severity="danger")
    path, delivery = _message(world, code, "property")
    assert path.startswith("/l/")
    client = world.client()
    client.get(path)
    assert _steps(world, delivery) == []
    assert [client.post(f"{path}/opened").status_code for _ in range(2)] == [204, 204]
    assert _steps(world, delivery) == ["opened"]
    _send(world, path, "acknowledge")
    assert _steps(world, delivery) == ["opened", "acted"]


def test_acting_without_scripts_is_opening_too(world: World) -> None:
    code = world.report(severity="danger")
    path, delivery = _message(world, code, "property")
    _send(world, path, "acknowledge")
    assert _steps(world, delivery) == ["opened", "acted"]


# ── nowhere written down ────────────────────────────────────────────────────────────────────────────────────


def test_only_the_hash_is_kept(world: World) -> None:
    token = _link(world, world.report()).removeprefix(links.FOLDER)
    with transaction(world.worker.engine) as sql:
        kept = sql.execute("SELECT string_agg(l::text, ' ') FROM act_link l").fetchone()
    assert kept is not None
    assert token not in kept[0]
    assert re.fullmatch("[a-z2-7]{32}", token)


def test_problems_and_logs_do_not_repeat_the_token(world: World, caplog: pytest.LogCaptureFixture) -> None:
    set_up_logging(world.settings)
    token = _link(world, world.report()).removeprefix(links.FOLDER)
    problem = world.client().post(f"/l/{token}/verify")
    assert problem.json()["instance"] == "/l/…/verify"
    access = logging.getLogger("uvicorn.access")
    with caplog.at_level(logging.INFO, "uvicorn.access"):
        access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", f"/l/{token}?did=done", "1.1", 200)
    assert token not in caplog.text
    assert "/l/…?did=done" in caplog.text
