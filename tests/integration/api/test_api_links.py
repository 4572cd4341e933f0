"""Acting from a message: what a link lets its holder do, and what it never does."""

from __future__ import annotations

import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from services import links
from services.api.app import make_app
from services.callers import digest_of
from services.notify.expanding import expand
from services.notify.sending import send
from services.settings import Settings
from services.store.claims import LIVE
from services.store.transactions import transaction
from services.web.link_tries import MOST, Tries

if TYPE_CHECKING:
    from models.domain.streams import StreamKey
    from tests.integration.api.conftest import Checked, World

OWN = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
HOME = "http://127.0.0.1:8000"
DELIVERIES = count(1_000_000)
KEYS = count(1)


def _key(world: World, code: str) -> StreamKey:
    from models.domain.streams import StreamKey  # noqa: PLC0415

    return StreamKey(world.site_ids["AIBO5"], int(code.rpartition("-")[2]))


def _token(world: World, code: str, party: str = "property", member: str | None = "tang-ayong") -> str:
    """The secret of a link as a message carries it."""
    wanted = links.Wanted(next(DELIVERIES), _key(world, code), party, member)
    with transaction(world.worker.engine) as sql:
        (url,) = links.mint(sql, f"{HOME}/", [wanted], None).values()
    home, _, token = url.partition("#")
    assert home == f"{HOME}/l"
    return token


def _opened(world: World, token: str, client: Checked | None = None) -> Any:
    return (client or world.client()).post("/l", data={"code": token}, headers=OWN)


@dataclass
class Visit:
    """A browser in which a link was opened."""

    client: Checked
    path: str

    def look(self, **params: str) -> Any:
        return self.client.get(self.path, params=params, headers=OWN)

    def send(self, action: str, *, files: Any = None, **fields: str) -> Any:
        fields = {"key": f"k{next(KEYS)}"} | fields
        return self.client.post(f"{self.path}/{action}", data=fields, files=files, headers=OWN)


def _visit(world: World, code: str, party: str = "property", member: str | None = "tang-ayong") -> Visit:
    return _entered(world, _token(world, code, party, member))


def _entered(world: World, token: str) -> Visit:
    client = world.client()
    answer = _opened(world, token, client)
    assert answer.status_code == 303
    return Visit(client, answer.headers["location"])


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
    page = _visit(world, code).look()
    assert page.status_code == 200
    for told in ("乒乓房", code, "唐阿勇", "收到，我们来办", "不归我们", "处理好了"):
        assert told in page.text
    assert "王阿姨" not in page.text


def test_looking_changes_nothing_whatever_looks(world: World) -> None:
    code = world.report()
    visit = _visit(world, code)
    before = _counts(world)
    client = world.client(**{"User-Agent": "WeChat preview"})
    for path in ("/l", visit.path, f"{visit.path}/done", "/static/link-landing.js"):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert code not in client.request(method, path).text
    assert visit.look().status_code == 200
    assert _counts(world) == before


def test_the_landing_page_is_the_same_for_all_and_knows_nothing(world: World) -> None:
    page = world.client().get("/l", headers=OWN)
    visit = _visit(world, world.report())
    assert (page.status_code, "set-cookie" in page.headers) == (200, False)
    assert visit.client.get("/l", headers=OWN).text == page.text


def test_the_pages_are_kept_by_no_cache_and_run_nothing_inline(world: World) -> None:
    visit = _visit(world, world.report())
    for answer in (world.client().get("/l"), visit.look(), _visit(world, world.report()).send("acknowledge")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", answer.text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_both_languages(world: World, lang: str) -> None:
    page = _visit(world, world.report()).look(lang=lang).text
    assert ("Got it, we are on it" in page) is (lang == "en")
    assert ("收到，我们来办" in page) is (lang == "zh")


# ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_link_may_be_pasted_where_no_script_runs(world: World) -> None:
    token = _token(world, world.report())
    assert _opened(world, f" {HOME}/l#{token.upper()}\n").status_code == 303


def test_an_opened_link_is_seen_in_the_browser_that_opened_it_alone(world: World) -> None:
    visit = _visit(world, world.report())
    assert visit.look().status_code == 200
    other = Visit(world.client(), visit.path)
    for answer in (other.look(), other.send("acknowledge")):
        assert answer.status_code == 401
        assert "请从通知里重新打开" in answer.text


def test_two_links_in_one_browser_keep_their_orders_apart(world: World) -> None:
    first, second = world.report(), world.report()
    visit = _visit(world, first)
    other = _opened(world, _token(world, second), visit.client).headers["location"]
    visit.send("acknowledge")
    assert (_state(world, first), _state(world, second)) == ("acknowledged", "dispatched")
    assert second in visit.client.get(other, headers=OWN).text


def test_the_cookie_is_short_bound_to_its_page_and_out_of_reach_of_scripts(world: World) -> None:
    answer = _opened(world, _token(world, world.report()))
    told = answer.headers["set-cookie"]
    assert f"Path={answer.headers['location']};" in told
    assert ("HttpOnly" in told, "Max-Age=7200" in told, "SameSite=lax" in told) == (True, True, True)


def test_over_https_the_cookie_goes_over_https_alone(world: World) -> None:
    told = Settings.read(
        {
            "LIANBAN_ENV": "test",
            "LIANBAN_DATA": str(world.settings.data),
            "LIANBAN_SECRET_KEY": "k" * 40,
            "LIANBAN_PUBLIC_URL": "https://repairs.example",
        }
    )
    app = make_app(world.app.state.shop, told)
    client = TestClient(app, "https://repairs.example", headers=OWN, follow_redirects=False)
    answer = client.post("/l", data={"code": _token(world, world.report())})
    kept = answer.headers["set-cookie"]
    assert (kept.startswith("__Secure-lianban-visit="), "; Secure" in kept) == (True, True)
    assert client.get(answer.headers["location"]).status_code == 200


def test_a_cookie_opens_no_other_links_page(world: World) -> None:
    first, second = _visit(world, world.report()), _visit(world, world.report())
    name, value = next(iter(first.client.cookies.items()))
    second.client.cookies.clear()
    second.client.cookies.set(name, value)
    assert second.look().status_code == 401


def test_a_page_that_lay_unused_closes_whatever_the_browser_still_sends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = _token(world, world.report())
    monkeypatch.setattr(links.Link, "visit", timedelta(seconds=-1))
    answer = _opened(world, token)
    cookie = answer.headers["set-cookie"].partition(";")[0]
    late = world.client().get(answer.headers["location"], headers=OWN | {"Cookie": cookie})
    assert (late.status_code, "请从通知里重新打开" in late.text) == (401, True)


def test_openings_are_counted_and_looking_again_is_none(world: World) -> None:
    code = world.report()
    token = _token(world, code)
    for _ in range(3):
        visit = _entered(world, token)
        visit.look()
    with transaction(world.worker.engine) as sql:
        (listed,) = links.listed(sql, _key(world, code))
    assert (listed.uses, listed.state) == (3, "open")


def test_a_link_that_was_opened_too_often_opens_no_more_and_open_pages_go_on(world: World) -> None:
    code = world.report()
    token = _token(world, code)
    visit = _entered(world, token)
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE act_link SET uses = %s WHERE stream_id = %s",
            (links.MOST_USES - 1, _key(world, code).stream_id),
        )
    assert [_opened(world, token).status_code for _ in range(2)] == [303, 404]
    assert visit.send("acknowledge").status_code == 303
    with transaction(world.worker.engine) as sql:
        assert [one.state for one in links.listed(sql, _key(world, code))] == ["used up"]


def test_openings_at_the_same_moment_are_each_counted(world: World) -> None:
    code = world.report()
    token = _token(world, code)
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE act_link SET uses = %s WHERE stream_id = %s",
            (links.MOST_USES - 3, _key(world, code).stream_id),
        )
    with ThreadPoolExecutor(8) as hands:
        statuses = list(hands.map(lambda _: _opened(world, token).status_code, range(8)))
    assert sorted(statuses) == [303] * 3 + [404] * 5


def test_the_application_may_count_and_change_nothing_else_of_a_link(world: World) -> None:
    site = world.site_ids["AIBO5"]
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        transaction(world.app.state.shop.engine, [site]) as sql,
    ):
        sql.execute("UPDATE act_link SET expires_at = now() + interval '1 year'")


# ── acting ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_tap_acknowledges_as_the_person_and_the_ledger_says_by_what_door(world: World) -> None:
    code = world.report()
    visit = _visit(world, code)
    answer = visit.send("acknowledge")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{visit.path}?did=acknowledge")
    (event,) = (one for one in _events(world, code) if one["type"] == "AssignmentAcknowledged")
    assert event["actor"] == {"role": "handler", "party": "property", "person": "tang-ayong", "via": "link"}
    page = visit.look(did="acknowledge").text
    assert "已接单，记录在案" in page
    told = world.of("handler", "committee").get(f"/api/v1/orders/{code}/events").json()["items"]
    assert any(one["type"] == "AssignmentAcknowledged" and one["text"].endswith("链接办理）") for one in told)
    assert "收到，我们来办" not in page


def test_the_same_form_sent_again_acts_once_and_shows_how_it_stands(world: World) -> None:
    code = world.report()
    visit = _visit(world, code)
    answers = [visit.send("acknowledge", key="same") for _ in range(3)]
    assert [one.status_code for one in answers] == [303] * 3
    assert sum(one["type"] == "AssignmentAcknowledged" for one in _events(world, code)) == 1


def test_a_second_form_for_what_is_done_records_nothing_and_says_how_it_stands(world: World) -> None:
    code = world.report()
    visit = _visit(world, code)
    visit.send("acknowledge")
    again = visit.send("acknowledge")
    assert again.status_code == 409
    assert "没有记录：承办单目前是“已接单”。" in again.text
    assert sum(one["type"] == "AssignmentAcknowledged" for one in _events(world, code)) == 1


def test_a_return_names_who_is_responsible_and_why(world: World) -> None:
    code = world.report()
    visit = _visit(world, code)
    missing = visit.send("return", reason="漏点在新做的屋面")
    assert missing.status_code == 422
    assert "漏点在新做的屋面" in missing.text
    assert "还有没填的内容" in missing.text
    assert visit.send("return", reason="漏点在新做的屋面", nominee="contractor").status_code == 303
    assert _state(world, code) == "return_requested"


def test_nobody_returns_an_order_to_itself(world: World) -> None:
    answer = _visit(world, world.report()).send("return", reason="不是我们", nominee="property")
    assert answer.status_code == 409
    assert "不能写本单位" in answer.text


def test_a_support_party_reports_done_without_a_photo(world: World) -> None:
    code = world.report()
    visit = _visit(world, code)
    assert visit.send("done", note="已关阀").status_code == 303
    assert _state(world, code) == "done"
    assert "现在没有需要在这里办理的事" in visit.look(did="done").text


def test_the_lead_is_told_that_a_photo_is_lacking(world: World) -> None:
    code = world.report()
    visit = _visit(world, code, "asset_company", "bao-jing")
    assert "须有照片" in visit.look().text
    answer = visit.send("done")
    assert answer.status_code == 409
    assert "请先上传处置后的照片" in answer.text


def test_photo_and_done_happen_together(world: World, picture: bytes) -> None:
    code = world.report()
    visit = _visit(world, code, "asset_company", "bao-jing")
    answer = visit.send("done", files=[("photo", ("a.jpg", picture)), ("photo", ("b.jpg", picture))])
    assert answer.status_code == 303
    assert _state(world, code, "asset_company") == "done"
    photos = world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()["photos"]
    assert [(one["purpose"], one["party"]) for one in photos] == [("after", "asset_company")] * 2


def test_a_photo_that_comes_again_with_its_form_is_kept_once(world: World, picture: bytes) -> None:
    code = world.report()
    visit = _visit(world, code, "asset_company", "bao-jing")
    for _ in range(2):
        answer = visit.send("done", files={"photo": ("a.jpg", picture)}, key="same")
        assert answer.status_code == 303
    with transaction(world.worker.engine) as sql:
        rows = sql.execute("SELECT 1 FROM photo WHERE stream_id = %s", (_key(world, code).stream_id,))
        assert len(rows.fetchall()) == 1


def test_what_is_no_picture_is_said_and_nothing_is_recorded(world: World) -> None:
    code = world.report()
    visit = _visit(world, code, "asset_company", "bao-jing")
    answer = visit.send("done", files={"photo": ("a.pdf", b"%PDF-1.7")})
    assert answer.status_code == 415
    assert "这个文件不是照片" in answer.text
    assert _state(world, code, "asset_company") == "dispatched"


def test_a_refused_photo_leaves_no_row(world: World, picture: bytes) -> None:
    code = world.report()
    visit = _visit(world, code, "asset_company", "bao-jing")
    visit.send("done", files={"photo": ("a.jpg", picture)})
    before = _counts(world)[3]
    assert visit.send("done", files={"photo": ("a.jpg", picture)}).status_code == 409
    assert _counts(world)[3] == before


def test_a_partys_own_phone_acts_for_the_party(world: World) -> None:
    code = world.report()
    assert _visit(world, code, member=None).send("acknowledge").status_code == 303
    actor = _events(world, code)[-1]["actor"]
    assert (actor["party"], actor["person"][:5], actor["via"]) == ("property", "link:", "link")


@pytest.mark.parametrize("origin", [{"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}])
def test_another_sites_page_neither_opens_nor_acts(world: World, origin: dict[str, str]) -> None:
    code = world.report()
    visit = _visit(world, code)
    for path, fields in (("/l", {"code": _token(world, code)}), (f"{visit.path}/acknowledge", {"key": "k"})):
        assert visit.client.post(path, data=fields, headers=origin).status_code == 403
    assert _state(world, code) == "dispatched"


@pytest.mark.parametrize("action", ["verify", "withdraw", "note", "set-limit"])
def test_a_link_opens_no_other_action(world: World, action: str) -> None:
    answer = _visit(world, world.report()).send(action, reason="x", note="x")
    assert answer.status_code == 422


def test_an_action_that_the_link_does_not_allow_is_not_offered_and_not_done(world: World) -> None:
    code = world.report()
    visit = _visit(world, code)
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE act_link SET actions = '{acknowledge}' WHERE stream_id = %s", (code.split("-")[1],)
        )
    assert "不归我们" not in visit.look().text
    assert visit.send("done").status_code == 404


def test_a_link_lets_nobody_into_the_rest(world: World) -> None:
    code = world.report()
    visit = _visit(world, code)
    assert visit.client.get(f"/o/{code}", headers=OWN).status_code == 303
    assert visit.client.get(f"/api/v1/orders/{code}").status_code == 401


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
        token = _token(world, code, member="newcomer" if how == "moved on" else "tang-ayong")
        visit = _entered(world, token)
        assert visit.look().status_code == 200
        _end(world, code, how)
        answers = (_opened(world, token), visit.look(), visit.send("acknowledge"))
        pages += [(one.status_code, one.text) for one in answers]
    pages.append((404, _opened(world, "x").text))
    assert len(set(pages)) == 1
    assert "请打开最近一条通知里的链接" in pages[0][1]


def test_an_assignment_of_a_later_round_has_links_of_its_own(world: World) -> None:
    visit = _visit(world, world.report())
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE act_link SET created_at = created_at - interval '1 day'")
    assert visit.look().status_code == 404


def test_whoever_guesses_is_stopped_and_the_others_are_not(world: World) -> None:
    world.app.state.link_tries = Tries()
    token = _token(world, world.report())
    visit, client = _entered(world, token), world.client()
    assert {_opened(world, str(number), client).status_code for number in range(MOST)} == {404}
    stopped = _opened(world, token, client)
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "600")
    assert visit.look().status_code == 200
    world.app.state.link_tries = Tries()
    assert _opened(world, token, client).status_code == 303


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
    send(world.worker, LIVE, public_url=HOME)
    key = _key(world, code)
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT body, delivery_id FROM phone WHERE stream_id = %s AND party = %s AND member IS NOT NULL"
            " ORDER BY id LIMIT 1",
            (key.stream_id, party),
        ).fetchone()
    assert row is not None
    return row[0].rpartition("\n")[2], row[1]


def _steps(world: World, delivery: int) -> list[str]:
    with transaction(world.worker.engine) as sql:
        rows = sql.execute(
            "SELECT step FROM delivery_step WHERE delivery_id = %s AND step IN ('opened', 'acted')"
            " ORDER BY id",
            (delivery,),
        )
        return [row[0] for row in rows]


def test_the_message_carries_the_link_and_its_record_says_opened_and_acted(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        # In working hours the messages of the other tests' orders would fill the channel's limit.
        sql.execute("UPDATE notice SET expanded_at = created_at WHERE expanded_at IS NULL")
    link, delivery = _message(world, world.report(severity="danger"), "property")
    assert link.startswith(f"{HOME}/l#")
    world.client().get(link)
    assert _steps(world, delivery) == []
    for _ in range(2):
        visit = _entered(world, link)
        assert _steps(world, delivery) == ["opened"]
    visit.send("acknowledge")
    assert _steps(world, delivery) == ["opened", "acted"]


# ── nowhere written down ────────────────────────────────────────────────────────────────────────────────────


def test_only_the_hash_is_kept(world: World) -> None:
    token = _token(world, world.report())
    with transaction(world.worker.engine) as sql:
        kept = sql.execute("SELECT string_agg(l::text, ' ') FROM act_link l").fetchone()
    assert kept is not None
    assert token not in kept[0]
    assert re.fullmatch("[a-z2-7]{32}", token)


def test_no_path_page_cookie_or_log_holds_the_token(world: World, caplog: pytest.LogCaptureFixture) -> None:
    code = world.report()
    token = _token(world, code)
    with caplog.at_level(logging.DEBUG):
        visit = _entered(world, token)
        answers = [visit.look(), visit.send("verify"), visit.send("acknowledge"), _opened(world, f"{token}x")]
    told = [(str(one.url), str(one.headers), one.text) for one in answers]
    assert token not in f"{told} {visit.path} {dict(visit.client.cookies)} {caplog.text}"
    assert digest_of(token) not in str(told)
