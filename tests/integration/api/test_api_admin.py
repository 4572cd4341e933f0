"""The administration: what changes, who may, what is refused, and that it is on record."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from models.domain.streams import StreamKey
from services.audit.looking import look
from services.store.contexts import read_sites
from services.store.transactions import snapshot, transaction
from services.views.catalogues import FOLDER
from tests.integration.api.conftest import LEAK

if TYPE_CHECKING:
    from tests.integration.api.conftest import Checked, World

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Accept-Language": "zh"}


def one(world: World, statement: str, *values: object) -> Any:
    with transaction(world.worker.engine) as sql:
        row = sql.execute(statement.encode(), values).fetchone()
    return row[0] if row else None


@pytest.fixture
def admin(world: World) -> Checked:
    client = world.of("administrator")
    client.headers.update(PAGE)
    return client


def send(world: World, client: Checked, section: str, do: str, **fields: Any) -> Any:
    """A form of a page as it is now."""
    seen = one(world, "SELECT version FROM site WHERE code = 'AIBO5'")
    data = {"do": do, "key": uuid4().hex, "seen": str(seen)} | fields
    return client.post(f"/admin/AIBO5/{section}", data=data)


def latest(world: World) -> Any:
    return one(world, "SELECT action FROM admin_record ORDER BY id DESC LIMIT 1")


def room(world: World, client: Checked, name: str) -> str:
    assert send(world, client, "rooms", "room.add", name=name).status_code == 303
    return str(one(world, "SELECT code FROM space WHERE name = %s", name))


@pytest.mark.parametrize("section", ["", "/site", "/rooms", "/plan", "/parties", "/tokens", "/record"])
def test_each_page_is_shown_in_both_languages(admin: Checked, section: str) -> None:
    chinese, english = (admin.get(f"/admin/AIBO5{section}?lang={one}") for one in ("zh", "en"))
    assert chinese.status_code == english.status_code == 200
    ours = (FOLDER / "en" / "admin.po").read_text(encoding="utf-8")
    said = [one for one in re.findall(r'^msgid "(.{4,})"', ours, re.MULTILINE) if one in english.text]
    assert said == []


@pytest.mark.parametrize(
    ("role", "party"),
    [("handler", "committee"), ("lead", "committee"), ("observer", "street"), ("volunteer", None)],
)
def test_nobody_else_changes_a_site(world: World, role: str, party: str | None) -> None:
    client = world.of(role, party)
    client.headers.update(PAGE)
    before = one(world, "SELECT count(*) FROM admin_record")
    for section, do in (("site", "site.describe"), ("rooms", "room.add"), ("parties", "party.retire"),
                        ("tokens", "token.make"), ("guide", "posters")):  # fmt: skip
        answer = send(world, client, section, do, name="x", about="property", scope="read", days="30",
                      role="lead", party="property")  # fmt: skip
        assert answer.status_code in {403, 404}, do
    assert one(world, "SELECT count(*) FROM admin_record") == before


def test_a_lead_sees_and_changes_the_people_of_the_own_party_alone(world: World) -> None:
    lead = world.of("lead", "property")
    lead.headers.update(PAGE)
    assert "添加单位" not in lead.get("/admin/AIBO5/parties").text
    added = send(world, lead, "parties", "member.add", about="property", name="新来的", role="handler")
    other = send(world, lead, "parties", "member.add", about="contractor", name="外人", role="handler")
    assert (added.status_code, other.status_code) == (303, 403)


def test_a_room_that_is_closed_takes_no_report_and_says_why(world: World, admin: Checked) -> None:
    code = room(world, admin, "旧仓库")
    bare = send(world, admin, "rooms", "room.close", about=code, reason=" ")
    assert bare.status_code == 422
    assert "请写关闭原因" in bare.text
    assert send(world, admin, "rooms", "room.close", about=code, reason="屋顶翻修").status_code == 303
    answer = world.of("handler", "committee").post("/api/v1/orders", json=LEAK | {"space": code})
    assert answer.status_code == 422
    assert send(world, admin, "rooms", "room.open", about=code).status_code == 303


def test_a_change_is_on_record_with_who_made_it(world: World, admin: Checked) -> None:
    room(world, admin, "记录室")
    assert latest(world) == "room.added"
    assert "记录室" in admin.get("/admin/AIBO5/record").text


def test_the_record_can_be_changed_by_nobody(world: World) -> None:
    with pytest.raises(Exception, match="permission denied"), transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM admin_record")


def test_the_same_form_twice_happens_once(world: World, admin: Checked) -> None:
    seen = one(world, "SELECT version FROM site WHERE code = 'AIBO5'")
    data = {"do": "room.add", "key": uuid4().hex, "seen": str(seen), "name": "双击室"}
    answers = [admin.post("/admin/AIBO5/rooms", data=data).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert one(world, "SELECT count(*) FROM space WHERE name = '双击室'") == 1


def test_a_stale_page_says_so_and_keeps_what_was_typed(world: World, admin: Checked) -> None:
    seen = one(world, "SELECT version FROM site WHERE code = 'AIBO5'")
    room(world, admin, "别人加的")
    answer = admin.post(
        "/admin/AIBO5/rooms",
        data={"do": "room.add", "key": "late", "seen": str(seen), "name": "我要加的"},
    )
    assert answer.status_code == 409
    assert "刚才有人改过" in answer.text
    assert 'value="我要加的"' in answer.text


def test_a_second_room_of_a_name_is_refused(world: World, admin: Checked) -> None:
    room(world, admin, "同名室")
    assert "已经有“同名室”了" in send(world, admin, "rooms", "room.add", name="同名室").text


def test_the_only_party_of_a_kind_stays_as_long_as_the_rules_need_it(world: World, admin: Checked) -> None:
    for (code,) in _open(world, "property"):
        world.act(code, "cancel", "committee", {"reason": "x"})
    answer = send(world, admin, "parties", "party.retire", about="property")
    assert answer.status_code == 409
    assert re.search("改了以后，.*物业", answer.text), re.findall("改了以后[^<]*", answer.text)


def _open(world: World, party: str) -> list[Any]:
    with transaction(world.worker.engine) as sql:
        return sql.execute(
            "SELECT s.code || '-' || t.stream_id FROM stream t JOIN site s ON s.id = t.site_id"
            " WHERE s.code = 'AIBO5' AND %s = ANY (t.parties)", (party,)
        ).fetchall()  # fmt: skip


def test_a_party_with_open_orders_stays(world: World, admin: Checked) -> None:
    world.report()
    answer = send(world, admin, "parties", "party.retire", about="asset_company")
    assert "没有办完" in answer.text


def test_an_edit_of_the_parties_makes_no_drift_of_what_was_before(world: World, admin: Checked) -> None:
    code = world.report(category="mould", origin="construction")
    key = StreamKey(world.site_ids["AIBO5"], int(code.rpartition("-")[2]))
    assert send(world, admin, "parties", "party.retire", about="designer").status_code == 303
    with snapshot(world.worker.engine) as sql:
        assert look(world.worker, sql, [key], None) == []


def test_what_the_parties_were_is_found_by_the_instant(world: World, admin: Checked) -> None:
    site_id = world.site_ids["AIBO5"]
    before = one(world, "SELECT statement_timestamp()")
    assert send(world, admin, "parties", "party.retire", about="owners").status_code == 303
    with transaction(world.worker.engine) as sql:
        site = read_sites(sql, [site_id])[site_id]
        then, now = (
            world.worker.contexts.at(sql, site, None, at).site.parties["owners"].capacities
            for at in (before, before + timedelta(hours=1))
        )
    assert (sorted(then), sorted(now)) == (["owners"], [])


def test_a_member_is_let_go_with_all_ways_in(world: World, admin: Checked) -> None:
    send(world, admin, "parties", "member.add", about="property", name="临时工", role="handler")
    code = str(one(world, "SELECT code FROM member WHERE name = '临时工'"))
    invited = send(
        world, admin, "parties", "account.invite", about=code, party="property", login="temp.worker"
    )
    assert "/sign-in#lbs_" in invited.text
    assert send(world, admin, "parties", "member.retire", about=code, party="property").status_code == 303
    assert one(world, "SELECT count(*) FROM standing WHERE member = %s", code) == 0
    assert one(world, "SELECT role FROM member WHERE code = %s", code) == "retired"


def test_the_coordinator_is_not_let_go(world: World, admin: Checked) -> None:
    answer = send(world, admin, "parties", "member.retire", about="gu-xiaowen", party="committee")
    assert answer.status_code == 422
    assert "牵头人" in answer.text


def test_a_login_that_is_taken_is_told(world: World, admin: Checked) -> None:
    send(world, admin, "parties", "member.add", about="property", name="张三", role="handler")
    code = str(one(world, "SELECT code FROM member WHERE name = '张三'"))
    send(world, admin, "parties", "account.invite", about=code, party="property", login="taken.one")
    send(world, admin, "parties", "member.add", about="property", name="李四", role="handler")
    other = str(one(world, "SELECT code FROM member WHERE name = '李四'"))
    again = send(world, admin, "parties", "account.invite", about=other, party="property", login="taken.one")
    assert "已有人在用" in again.text
    assert 'value="taken.one"' in again.text


def test_a_token_works_until_it_is_revoked(world: World, admin: Checked) -> None:
    made = send(world, admin, "tokens", "token.make", name="网格系统", role="handler", party="property",
                scope="read", days="30")  # fmt: skip
    found = re.search(r"<code>(lbt_[\w-]+)</code>", made.text)
    assert found is not None
    program = world.client(found[1])
    assert program.get("/api/v1/orders").status_code == 200
    digest = one(world, "SELECT digest FROM access_token WHERE name = '网格系统'")
    assert send(world, admin, "tokens", "token.revoke", about=digest).status_code == 303
    assert program.get("/api/v1/orders").status_code == 401


def test_a_token_without_a_use_is_refused(world: World, admin: Checked) -> None:
    answer = send(world, admin, "tokens", "token.make", name="x", role="handler", party="property", days="30")
    assert answer.status_code == 422
    assert "请选择用途" in answer.text


HOSTILE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"
 xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">
<script>alert(2)</script><foreignObject><b>x</b></foreignObject>
<image href="http://example.com/x.png"/><a href="javascript:alert(3)"><text>y</text></a>
<rect width="9" height="9" fill="url(http://example.com/f)" style="fill:red;background:url(//e)"/>
<use href="#a"/><style>@import "x";</style></svg>"""


def hang(world: World, client: Checked, content: bytes, name: str = "plan.svg") -> Any:
    seen = one(world, "SELECT version FROM site WHERE code = 'AIBO5'")
    return client.post(
        "/admin/AIBO5/plan",
        data={"do": "plan.hang", "key": uuid4().hex, "seen": str(seen)},
        files={"file": (name, content)},
    )


def test_of_a_drawing_only_what_is_harmless_is_kept(world: World, admin: Checked) -> None:
    assert hang(world, admin, HOSTILE.encode()).status_code == 303
    plan = admin.get("/plan/AIBO5.svg").text
    assert not re.search(r"script|foreign|alert|http://example|import|onload|use|image|style", plan)
    assert '<rect fill="red" width="9" height="9"' in plan


@pytest.mark.parametrize(
    "content", [b"<html/>", b"<svg", b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'/>",
                b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)  # fmt: skip
def test_what_is_no_plan_is_refused_and_the_old_one_stays(
    world: World, admin: Checked, content: bytes
) -> None:
    before = one(world, "SELECT floorplan FROM site WHERE code = 'AIBO5'")
    assert hang(world, admin, content).status_code == 422
    assert one(world, "SELECT floorplan FROM site WHERE code = 'AIBO5'") == before


def test_a_picture_becomes_a_plan_on_which_rooms_are_placed(
    world: World, admin: Checked, picture: bytes
) -> None:
    assert hang(world, admin, picture, "plan.jpg").status_code == 303
    placed = send(
        world, admin, "plan", "room.place", room="dance", left="60", top="60", right="10", bottom="20"
    )
    assert placed.status_code == 303
    plan = admin.get("/plan/AIBO5.svg?space=dance").text
    assert 'id="space-dance"' in plan
    assert 'id="mark"' in plan


def test_one_point_is_no_room(world: World, admin: Checked) -> None:
    answer = send(world, admin, "plan", "room.place", room="dance", left="", top="", right="", bottom="")
    assert answer.status_code == 422
    assert "两个对角" in answer.text


def test_the_site_is_described_and_a_wrong_number_is_told(world: World, admin: Checked) -> None:
    bad = send(world, admin, "site", "site.describe", name="爱博五村", phone="拨打居委会")
    assert bad.status_code == 422
    assert 'value="拨打居委会"' in bad.text
    good = send(world, admin, "site", "site.describe", name="爱博五村", name_en="Aibo", phone="021-5555 0123")
    assert good.status_code == 303
    assert one(world, "SELECT phone FROM site WHERE code = 'AIBO5'") == "021-5555 0123"


def test_the_guide_says_how_phones_get_in_where_only_this_machine_does(admin: Checked) -> None:
    shown = admin.get("/admin/AIBO5").text
    assert ("LIANBAN_PUBLIC_URL=http://" in shown, "./lianban up --host 0.0.0.0" in shown) == (True, True)
