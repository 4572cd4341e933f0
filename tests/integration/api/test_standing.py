"""The figures of the board and of the overview: what they count is what they open, at a bounded cost."""

import re
from contextlib import AbstractContextManager
from typing import Any, Self

import psycopg
import pytest

from services.views import waiting
from tests.integration.api.conftest import World

SECRETARY = ("handler", "committee")
FIGURE = re.compile(r'<a class="figure[^"]*" href="([^"]+)"><b>(\d+)</b>')
CELL = re.compile(r'<td><a href="([^"]+)"[^>]*>(\d+)')
LINE = 'class="card order'


@pytest.fixture(scope="module")
def lived(world: World) -> World:
    """The autonomy office is asked on one order and acts on another; a supervised order was cancelled."""
    world.report()
    world.report(category="activity_noise", space="dance", description="跳舞声音大")
    gone = world.report(category="dust", space="yard")
    supervised = world.act(gone, "supervise", "street", role="arbiter")
    cancelled = world.act(gone, "cancel", "committee", {"reason": "重复了"})
    assert [supervised.status_code, cancelled.status_code] == [200, 200], (supervised.text, cancelled.text)
    return world


def _page(world: World, path: str) -> str:
    answer = world.of(*SECRETARY).get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def _opened(world: World, told: list[tuple[str, str]]) -> list[tuple[str, int, int]]:
    """Each figure with how many orders its address lists, where the two differ."""
    listed = [(href, int(many), _page(world, href.replace("&amp;", "&")).count(LINE)) for href, many in told]
    return [one for one in listed if one[1] != one[2]]


@pytest.mark.parametrize("path", ["/board", "/street"])
def test_each_figure_opens_as_many_orders_as_it_counts(lived: World, path: str) -> None:
    told = FIGURE.findall(_page(lived, path))
    assert len(told) >= 4
    assert _opened(lived, told) == []


def test_a_cell_opens_no_order_on_which_the_party_is_only_asked(lived: World) -> None:
    told = CELL.findall(_page(lived, "/board"))
    assert any("party=autonomy-office" in href or "party=autonomy_office" in href for href, _ in told)
    assert _opened(lived, told) == []


NARROWED = "/board?site=AIBO5&category=activity_noise&space=dance"


def test_the_boards_filters_stand_in_the_address_of_each_figure(lived: World) -> None:
    page = _page(lived, NARROWED)
    told = [*FIGURE.findall(page), *CELL.findall(page)]
    assert [href for href, _ in told if "category=activity_noise&amp;space=dance" not in href] == []
    assert _opened(lived, told) == []


def test_the_boards_filters_leave_out_what_is_not_meant(lived: World) -> None:
    whole, narrowed, none = (_page(lived, one) for one in ("/board", NARROWED, "/board?show=red"))
    counts = [sum(int(many) for _, many in CELL.findall(page)) for page in (whole, narrowed, none)]
    assert counts[0] > counts[1] > counts[2] == 0
    assert '<option value="dance" selected>' in narrowed


def test_a_board_filtered_by_what_nobody_knows_is_empty_and_offers_all(lived: World) -> None:
    page = _page(lived, "/board?category=nothing&show=nonsense")
    assert CELL.findall(page) == []
    assert 'href="/board?site=AIBO5"' in page


def test_the_plan_comes_anew_when_a_rooms_count_is_another(lived: World) -> None:
    drawn = re.compile(r'<img src="(/board/[^"]+)"')
    before = drawn.findall(_page(lived, "/board"))
    lived.report(space="hall")
    assert drawn.findall(_page(lived, "/board")) != before != []


class Counting(AbstractContextManager["Counting"]):
    """How many statements this process sends while it is entered."""

    def __init__(self) -> None:
        self.many = 0

    def __enter__(self) -> Self:
        self._own = psycopg.Connection.execute

        def execute(connection: Any, query: Any, params: Any = None, **more: Any) -> Any:
            self.many += 1
            return self._own(connection, query, params, **more)

        setattr(psycopg.Connection, "execute", execute)  # noqa: B010 - for a moment, and put back
        return self

    def __exit__(self, *_: object) -> None:
        setattr(psycopg.Connection, "execute", self._own)  # noqa: B010


@pytest.mark.parametrize("path", ["/today", "/callbacks", "/board", "/street"])
def test_a_page_asks_as_often_for_twenty_orders_as_for_few(lived: World, path: str) -> None:
    client = lived.of(*SECRETARY)
    client.get(path, headers={"Accept": "text/html"})
    with Counting() as few:
        client.get(path, headers={"Accept": "text/html"})
    for _ in range(5):
        lived.report(category=None, origin="unknown")
    with Counting() as many:
        client.get(path, headers={"Accept": "text/html"})
    print(f"{path}: {few.many} statements, then {many.many}")  # noqa: T201 - a figure of the issue
    assert 0 < many.many <= few.many


def test_danger_stands_first_however_much_is_older(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOKED_AT", 2)
    for number in range(2):
        lived.report(category=None, origin="unknown", description=f"早先第{number}件")
    lived.report(category="activity_noise", space="dance", severity="danger", description="音箱漏电")
    first = _page(lived, "/today").partition('class="card line')[2].partition("</li>")[0]
    assert "音箱漏电" in first
