"""Open pages hear that something changed: at once, only what they may, and never what."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from services.store.transactions import transaction
from services.web.live.tail import Tail
from tests.integration.api.conftest import World
from tests.integration.live.conftest import Served
from tests.integration.live.listening import Listening

Listen = Callable[..., Listening]


@pytest.fixture
def listen(world: World, served: Served) -> Iterator[Listen]:
    opened: list[Listening] = []

    def one(
        role: str = "handler", party: str | None = "committee", *, since: str = "", **more: str
    ) -> Listening:
        opened.append(Listening(served.home, world.token(role, party, **more), since))
        return opened[-1]

    yield one
    for line in opened:
        line.close()


def test_a_page_without_a_mark_is_told_to_look_at_everything(listen: Listen) -> None:
    assert listen().wait_for(1) == [{"all": True}]


def test_a_page_is_told_within_a_second_which_order_changed(world: World, listen: Listen) -> None:
    code, line = world.report(), listen()
    line.wait_for(1)
    world.act(code, "assignments/property/acknowledge", "property")
    began = monotonic()
    assert line.wait_for(2)[1:] == [{"orders": [code]}]
    assert monotonic() - began < 1.1


def test_a_page_that_slept_is_told_what_it_missed(world: World, listen: Listen) -> None:
    line = listen()
    line.wait_for(1)
    line.close()
    code = world.report()
    heard = [order for told in listen(since=line.mark).wait_for(1) for order in told["orders"]]
    assert heard == [code]


def test_a_page_whose_mark_another_process_made_looks_at_everything(listen: Listen) -> None:
    assert listen(since="0badcafe.3").wait_for(1) == [{"all": True}]


def test_the_other_site_hears_nothing(world: World, listen: Listen) -> None:
    here, there = listen(), listen(site="OTHER")
    here.wait_for(1), there.wait_for(1)
    world.report()
    here.wait_for(2)
    assert there.wait_for(2, patience=1.0) == [{"all": True}]


def test_a_resident_hears_of_the_order_that_he_reported_alone(world: World, listen: Listen) -> None:
    line = listen("resident", None, member="zhang")
    line.wait_for(1)
    world.report()
    mine = world.of("resident", member="zhang").post(
        "/api/v1/orders", json={"site": "AIBO5", "space": "table-tennis", "description": "灯不亮"}
    )
    assert {code for told in line.wait_for(2)[1:] for code in told["orders"]} == {mine.json()["code"]}


def test_who_may_see_nothing_of_the_site_is_told_nothing(world: World, listen: Listen) -> None:
    line = listen("administrator", None)
    line.wait_for(1)
    world.report()
    assert line.wait_for(2, patience=1.5) == [{"all": True}]


def test_a_stream_needs_somebody_whom_it_tells(world: World) -> None:
    assert world.client().get("/live").status_code == 401


def test_the_server_stops_at_once_with_open_streams(world: World) -> None:
    served = Served(world)
    lines = [Listening(served.home, world.token("handler", "committee")) for _ in range(5)]
    for line in lines:
        line.wait_for(1)
    assert served.stop() < 2
    assert all(line.ended() for line in lines)


# ── the tail ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_commits_late_is_told_though_later_numbers_were_seen_before(world: World) -> None:
    site = world.site_ids["AIBO5"]
    late, early = (int(world.report().partition("-")[2]) for _ in range(2))
    tail = Tail(world.worker.engine)
    tail.read([site])
    with transaction(world.worker.engine, [site]) as slow:
        slow.execute(_ANEW, (site, late))
        with transaction(world.worker.engine, [site]) as quick:
            quick.execute(_ANEW, (site, early))
        before = [one.stream_id for _ in range(3) for one in tail.read([site])]
    after = [one.stream_id for _ in range(3) for one in tail.read([site])]
    assert (before, after) == ([early], [late])


def test_the_tail_looks_no_further_back_than_to_what_may_still_come(world: World) -> None:
    site = world.site_ids["AIBO5"]
    tail = Tail(world.worker.engine)
    tail.read([site])
    world.report()
    for _ in range(3):
        tail.read([site])
    with transaction(world.worker.engine, [site]) as sql:
        newest = sql.execute("SELECT max(id) FROM outbox WHERE site_id = %s", (site,)).fetchone()
    assert newest is not None
    assert tail.settled == newest[0]


_ANEW = """
INSERT INTO outbox (site_id, stream_id, first_seq, last_seq, created_at)
SELECT site_id, stream_id, seq + 1000, seq + 1000, now() FROM stream WHERE (site_id, stream_id) = (%s, %s)
"""


# ── pages that are shared ───────────────────────────────────────────────────────────────────────────────────


def live(world: World, caller: str, path: str, mark: str = "", **headers: str) -> tuple[int, str, str]:
    client = world.client(caller, Accept="text/html", **{"Lianban-Live": mark, **headers})
    answer = client.get(path)
    return answer.status_code, answer.headers.get("etag", ""), answer.text


def test_colleagues_are_shown_the_page_that_one_of_them_asked_for(world: World) -> None:
    code = world.report()
    one, other = (world.token("handler", "asset_company") for _ in range(2))
    first = live(world, one, f"/o/{code}")
    world.act(code, "note", "committee", {"note": "请看一下窗边"})
    assert live(world, other, f"/o/{code}") == first


def test_a_page_that_has_not_changed_is_not_sent_again(world: World) -> None:
    code, token = world.report(), world.token("handler", "property")
    _, etag, _ = live(world, token, f"/o/{code}")
    status, _, body = live(world, token, f"/o/{code}", **{"If-None-Match": etag})
    assert (status, body) == (304, "")


def test_whoever_reported_shares_his_page_with_nobody(world: World) -> None:
    reporter, other = (world.token("handler", "designer", member=one) for one in ("wu", "he"))
    mine = world.client(reporter).post(
        "/api/v1/orders", json={"site": "AIBO5", "space": "table-tennis", "description": "地板松了"}
    )
    path = f"/o/{mine.json()['code']}"
    told, seen = live(world, reporter, path)[2], live(world, other, path)[2]
    assert "地板松了" in told
    assert "地板松了" not in seen


def test_the_page_of_another_party_is_not_shared(world: World) -> None:
    code = world.report()
    near = live(world, world.token("handler", "asset_company"), f"/o/{code}")[2]
    far = live(world, world.token("handler", "designer"), f"/o/{code}")[2]
    assert ("靠窗地上有水" in near, "靠窗地上有水" in far) == (True, False)


def test_a_page_that_is_opened_is_always_fresh(world: World) -> None:
    code, token = world.report(), world.token("handler", "committee")
    live(world, token, f"/o/{code}")
    world.act(code, "note", "committee", {"note": "刚刚到场看过"})
    assert "刚刚到场看过" in world.client(token, Accept="text/html").get(f"/o/{code}").text


@pytest.mark.parametrize("path", ["/today", "/callbacks", "/board", "/wall", "/street"])
def test_pages_of_all_of_a_party_are_rendered_once_for_them(world: World, path: str) -> None:
    world.report()
    one, other = (world.token("handler", "committee") for _ in range(2))
    first = live(world, one, path)
    world.report(category="dust", space="yard")
    assert live(world, other, path) == first


def test_a_page_comes_small_only_to_whoever_reads_it_so(world: World) -> None:
    world.report()
    one, other = (world.token("handler", "committee") for _ in range(2))
    for token, how in ((one, "gzip"), (other, "identity")):
        told = {"Lianban-Live": "", "Accept-Encoding": how}
        answer = world.client(token, Accept="text/html", **told).get("/?show=all")
        assert answer.headers.get("content-encoding", "identity") == how
