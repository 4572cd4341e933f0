"""The forms of an order's page: each does what the API's action does, once, and says why it did not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from services.actions.table import ASSIGNMENT_ACTIONS, ORDER_ACTIONS
from services.web.dispatching.words import ACTIONS, FIELDS

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def _client(world: World, party: str, role: str = "handler") -> Any:
    client = world.of(role, party)
    client.headers.update(HTML)
    return client


def _page(client: Any, code: str) -> str:
    answer = client.get(f"/o/{code}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def _send(client: Any, at: str, page: str = "", /, **fields: str) -> Any:
    """As the page's form does it: with its key and with what it has seen."""
    hidden = dict(re.findall(r'name="(key|seen)" value="(\w+)"', page))
    return client.post(at, data=hidden | fields)


def _events(world: World, code: str, kind: str) -> list[Any]:
    items = world.of("handler", "committee").get(f"/api/v1/orders/{code}/events?limit=200").json()["items"]
    return [one for one in items if one["type"] == kind]


def test_every_action_of_the_table_has_a_form() -> None:
    assert {*ORDER_ACTIONS, *ASSIGNMENT_ACTIONS} <= set(ACTIONS)


def test_every_field_of_every_action_has_a_label() -> None:
    every = {**ORDER_ACTIONS, **ASSIGNMENT_ACTIONS}.values()
    assert {name for one in every for name in one.body.model_fields} <= set(FIELDS)


def test_the_first_button_acknowledges_and_leads_back_with_a_sentence(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    page = _page(client, code)
    assert page.index("of/property/acknowledge") < page.index("of/property/return")
    answer = _send(client, f"/o/{code}/of/property/acknowledge", page)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/o/{code}?did=acknowledge")
    assert "已记录：接单" in client.get(answer.headers["location"]).text


def test_a_form_that_is_sent_twice_happens_once(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    page = _page(client, code)
    sent = [_send(client, f"/o/{code}/act/note", page, note="已电话联系业主") for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    assert len(_events(world, code, "NoteAdded")) == 1


def test_a_return_names_who_is_responsible_and_a_usual_reason(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    page = _page(client, code)
    form = page[page.index(f'action="/o/{code}/of/property/return"') :]
    assert 'name="nominee" value="contractor"' in form
    reason = re.search(r'name="reason" value="(\w+)" checked', form)
    assert reason is not None
    _send(client, f"/o/{code}/of/property/return", page, nominee="contractor", reason=reason[1])
    (made,) = _events(world, code, "RequestMade")
    assert (made["data"]["request"]["nominee"], made["words"]) == ("contractor", reason[1])


def test_what_is_typed_counts_instead_of_what_is_chosen(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    own = {"reason": "不属于本单位职责范围", "reason.own": "管道归施工方", "nominee": "contractor"}
    assert _send(client, f"/o/{code}/of/property/return", **own).status_code == 303
    assert _events(world, code, "RequestMade")[0]["words"] == "管道归施工方"


def test_a_date_is_of_the_sites_time(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    page = _page(client, code)
    form = page[page.index(f'action="/o/{code}/of/property/hold"') :]
    until = re.search(r'name="until" value="([^"]+T17:30)" checked', form)
    assert until is not None
    _send(client, f"/o/{code}/of/property/hold", page, reason="material", until=until[1])
    asked = _events(world, code, "RequestMade")[0]["data"]["request"]["until"]
    assert asked == until[1].replace("T17:30", "T09:30:00Z")


@pytest.mark.parametrize(
    ("action", "typed", "status"),
    [
        ("hold", {"reason": "material"}, 422),
        ("hold", {"reason": "material", "until": "明天", "note": "等材料到货"}, 422),
        ("return", {"nominee": "nobody", "reason": "不归我们"}, 409),
        ("done", {"note": "\x00"}, 422),
        ("fly", {}, 404),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    world: World, action: str, typed: dict[str, str], status: int
) -> None:
    code, client = world.report(), _client(world, "property")
    answer = _send(client, f"/o/{code}/of/property/{action}", **typed)
    assert answer.status_code == status
    assert "没有记录" in answer.text
    assert "等材料到货" not in typed.values() or "等材料到货</textarea>" in answer.text


def test_what_is_somebody_elses_is_refused(world: World) -> None:
    code, client = world.report(), _client(world, "contractor")
    answer = _send(client, f"/o/{code}/of/property/acknowledge")
    assert answer.status_code == 409
    assert "这件事不由您来办" in answer.text


def test_a_stale_page_says_what_changed(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    page = _page(client, code)
    world.act(code, "assignments/property/acknowledge", "property")
    answer = _send(client, f"/o/{code}/of/property/acknowledge", page)
    assert answer.status_code == 409
    assert "您打开页面之后：" in answer.text
    assert "爱博五村物业服务处接单" in answer.text


def test_a_judgement_is_of_what_the_page_showed(world: World) -> None:
    code = world.report()
    world.act(
        code, "assignments/property/return", "property", {"nominee": "contractor", "reason": "不归我们"}
    )
    decider = world.of("lead", "committee").get(f"/api/v1/orders/{code}").json()["requests"][0]["decider"]
    client = _client(world, decider["code"])
    page = _page(client, code)
    world.act(code, "note", "property", {"note": "又看了一次"})
    stale = _send(client, f"/o/{code}/of/property/decide", page, granted="true")
    assert (stale.status_code, _events(world, code, "RequestDecided")) == (409, [])
    fresh = _send(client, f"/o/{code}/of/property/decide", stale.text, granted="true")
    assert (fresh.status_code, len(_events(world, code, "RequestDecided"))) == (303, 1)


def test_photos_come_along_and_alone(world: World, picture: bytes) -> None:
    code, client = world.report(), _client(world, "asset_company")
    files = [("photo", ("a.jpg", picture, "image/jpeg"))]
    done = client.post(f"/o/{code}/of/asset_company/done", data={"key": "a"}, files=files)
    alone = client.post(f"/o/{code}/act/photo", data={"key": "a", "purpose": "before"}, files=files)
    assert (done.status_code, alone.status_code) == (303, 303)
    assert [one["data"]["photo"]["purpose"] for one in _events(world, code, "PhotoAttached")] == [
        "after",
        "before",
    ]


def test_a_photo_that_is_none_is_told_so(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    files = [("photo", ("a.jpg", b"no picture", "image/jpeg"))]
    answer = client.post(f"/o/{code}/act/photo", data={"purpose": "other"}, files=files)
    assert (answer.status_code, "这个文件不是照片" in answer.text) == (415, True)


def test_too_many_photos_are_told_so(world: World, picture: bytes) -> None:
    code, client = world.report(), _client(world, "property")
    files = [("photo", (f"{n}.jpg", picture, "image/jpeg")) for n in range(6)]
    answer = client.post(f"/o/{code}/act/photo", data={"purpose": "other"}, files=files)
    assert (answer.status_code, "一次最多 5 张照片" in answer.text) == (413, True)


def test_splitting_and_merging(world: World) -> None:
    code, other, client = world.report(), world.report(), _client(world, "committee")
    part = {"reason": "两件事", "report.space": "dance", "report.description": "隔壁墙角发霉"}
    split = _send(client, f"/o/{code}/act/split", **part)
    merged = _send(client, f"/o/{code}/act/merge", reason="同一处漏水", into=other)
    assert (split.status_code, merged.status_code) == (303, 303)
    third = world.report()
    assert _send(client, f"/o/{third}/act/merge", reason="同一处", into="AIBO5-99999").status_code == 422


def test_who_must_call_sees_the_number_once_it_is_on_record(world: World) -> None:
    code = world.report(reporter={"name": "王桂芬", "phone": "13812345678"})
    client = _client(world, "committee")
    assert "13812345678" not in _page(client, code)
    shown = _send(client, f"/o/{code}/act/reveal", reason="约时间")
    assert (shown.status_code, "13812345678" in shown.text) == (200, True)
    assert len(_events(world, code, "ContactRevealed")) == 1
    assert _send(client, f"/o/{code}/act/reveal").status_code == 422


def test_an_order_of_another_site_is_not_there(world: World) -> None:
    assert _send(_client(world, "property"), "/o/OTHER-1/act/note", note="x").status_code == 404


def test_what_a_party_arranges_stands_on_its_order(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    of = f"/o/{code}/of/property"
    page = _page(client, code)
    at = re.search(r'name="at" value="([^"]+)"', page)
    assert at is not None
    for action, fields in {
        "appoint": {"at": at[1]},
        "key": {"note": "钥匙在门卫室"},
        "transfer": {"member": "tang-ayong"},
        "craftsman": {"name": "张师傅", "phone": "13900001234"},
        "own-number": {"system": "物业系统", "number": "WY-118"},
    }.items():
        assert _send(client, f"{of}/{action}", page, **fields).status_code in {200, 303}, action
    shown = _page(client, code)
    assert all(
        one in shown for one in ("预约上门", "钥匙在门卫室", "张师傅", "13900001234", "WY-118", "唐阿勇")
    )


def test_nobody_else_reads_who_the_craftsman_is(world: World) -> None:
    code = world.report()
    _send(_client(world, "property"), f"/o/{code}/of/property/craftsman", name="张师傅", phone="13900001234")
    page = _page(_client(world, "committee"), code)
    assert "安排了维修师傅" in page
    assert "13900001234" not in page
    assert "张师傅" not in page


def test_a_colleague_is_one_of_the_party(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    answer = _send(client, f"/o/{code}/of/property/transfer", member="bao-jing")
    assert (answer.status_code, "该单位没有这位成员" in answer.text) == (409, True)


def test_who_is_mentioned_hears_of_it(world: World) -> None:
    code, client = world.report(), _client(world, "property")
    data = {"note": "请带工具来", "mentions": ["asset_company:bao-jing", "property:tang-ayong"]}
    assert client.post(f"/o/{code}/act/note", data=data).status_code == 303
    items = world.of("lead", "asset_company").get(f"/api/v1/orders/{code}/notices").json()["items"]
    told = [one["party"]["code"] for one in items if one["why"] == ["mentioned"]]
    assert told == ["asset_company", "property"]


def test_the_reporter_sees_when_somebody_comes(world: World) -> None:
    code = world.report()
    world.act(code, "assignments/property/appoint", "property", {"at": "2089-12-01T15:00:00+08:00"})
    visit = world.of("volunteer").get(f"/api/v1/orders/{code}").json()["visits"][0]
    assert (visit["text"], "party" in visit) == ("12月1日 周四 下午", False)


def test_a_craftsmans_link_opens_that_order_alone(world: World) -> None:
    code, other, client = world.report(), world.report(), _client(world, "property")
    shown = _send(client, f"/o/{code}/of/property/craftsman", name="张师傅")
    link = re.search(r'value="[^"]*/l#(\w+)"', shown.text)
    assert link is not None
    craftsman = world.client(**HTML)
    opened = craftsman.post("/l", data={"code": link[1]})
    at = opened.headers["location"]
    page = craftsman.get(at).text
    assert (code in page, other in page) == (True, False)
    taken = [
        craftsman.post(f"{at}/{one}/acknowledge", data={"key": "k"}).status_code for one in (code, other)
    ]
    assert taken == [303, 404]
