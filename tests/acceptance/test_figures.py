"""The figures of orders that were lived: counted from the ledger, by few queries, each with its orders."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from models.domain.figures.cases import cases_of
from models.domain.figures.periods import Span
from models.domain.streams import Role
from services.callers import Caller
from services.execute import UnknownStream
from services.figures import counting, keeping
from services.figures.asking import Wish, figures, typical_at
from services.figures.counting import Narrowed
from services.figures.views import FiguresView
from services.store.transactions import transaction
from services.views.cursors import Cursors
from services.views.orders import Counted, Filters, Part, orders_page
from tests.acceptance.stage import Stage
from tests.databases import caller


@pytest.fixture
def lived(stage: Stage) -> Stage:
    """移动门松动 twice: one fixed in time and called back, one that is late."""
    first = stage.report("loose_fixture")
    stage.act(first, "acknowledge", "property")
    stage.act(first, "contact", "property")
    stage.act(first, "release", "property", "contractor")
    stage.forward("1 h WH")
    stage.photo(first, "property")
    stage.act(first, "done", "property")
    stage.act(first, "verify", "committee", "property")
    stage.act(first, "callback", "committee", resolved=True, satisfied=True)
    stage.report("loose_fixture", space="dance")
    stage.forward("5 d 24x7")
    return stage


def look(stage: Stage, narrowed: Narrowed = counting.ALL, span: Span = Span.MONTH) -> FiguresView:
    keeping.keep(stage.shop, [stage.site_id])
    return figures(stage.shop, who(stage), stage.code, Wish(span, None, narrowed), "zh")


def who(stage: Stage) -> Caller:
    return Caller("test", caller("committee", stage.site_id).actor, {stage.code: stage.site_id})


def rates(view: FiguresView) -> dict[str, tuple[int, int]]:
    return {one.code: (one.now.numerator, one.now.denominator) for one in view.figures}


def test_the_figures_of_a_month_count_its_orders(lived: Stage) -> None:
    view = look(lived)
    assert (view.reported.many, view.closed.many, view.behind) == (2, 1, 0)
    found = rates(view)
    assert (found["response"], found["on_time"]) == ((1, 3), (1, 3))
    assert (found["resolution"], found["satisfaction"], found["coverage"]) == ((1, 1), (1, 1), (1, 1))


def test_they_are_narrowed_by_party_room_and_category(lived: Stage) -> None:
    assert rates(look(lived, Narrowed(party="property")))["on_time"] == (1, 2)
    assert rates(look(lived, Narrowed(space="dance")))["on_time"] == (0, 2)
    assert rates(look(lived, Narrowed(category="leak")))["on_time"] == (0, 0)


def test_each_number_lists_as_many_orders_as_it_counts(lived: Stage) -> None:
    view = look(lived, Narrowed(party="property"))
    numbers = [(one.now.orders, one.now.denominator) for one in view.figures]
    numbers += [(one.now.missed, one.now.denominator - one.now.numerator) for one in view.figures]
    numbers += [(one.orders, one.many) for line in view.steps for one in line.counts if one.many <= 1]
    wrong = [(query, many) for query, many in numbers if listed(lived, query) != many]
    assert wrong == []


def listed(stage: Stage, query: str) -> int:
    given: dict[str, Any] = dict(parse_qsl(query))
    filters = Counted.model_validate(given).within(Filters(site=given["site"], space=given.get("space")))
    cursors = Cursors(b"0" * 32)
    return len(orders_page(stage.shop, who(stage), filters, Part(), cursors=cursors, language="zh").items)


def test_a_later_event_is_counted_once_it_is_copied_and_told_of_before(lived: Stage) -> None:
    assert look(lived).reported.many == 2
    lived.report("dust", space="yard")
    view = figures(lived.shop, who(lived), lived.code, Wish(), "zh")
    assert (view.reported.many, view.behind) == (2, 1)
    assert look(lived).reported.many == 3


def test_a_limit_that_passes_unheard_is_counted_though_nothing_was_written(stage: Stage) -> None:
    stage.report("loose_fixture")
    assert rates(look(stage))["response"] == (0, 0)
    with transaction(stage.shop.engine) as sql:
        sql.execute(
            "UPDATE site SET virtual_now = virtual_now + interval '4 hours' WHERE id = %s", (stage.site_id,)
        )
    assert rates(look(stage))["response"] == (0, 2)


def test_steps_are_told_by_party_and_lateness_only_once_it_has_ended(lived: Stage) -> None:
    view = look(lived)
    assert {line.party.code for line in view.steps} == {"property", "contractor"}
    assert all(one.many for line in view.steps for one in line.counts if one.code == "red")
    assert "fix" not in {one.code for one in view.late}


def test_time_held_adds_up_to_the_whole(lived: Stage) -> None:
    [held] = [one for one in look(lived).held if one.party.code == "property"]
    assert abs(sum(one.seconds for one in held.shares) - held.seconds) < len(held.shares)


def test_of_fewer_than_ten_cases_no_percentage_and_no_typical_time(lived: Stage) -> None:
    assert {one.now.percent for one in look(lived).figures} == {None}
    assert typical_at(lived.shop, lived.site_id, "loose_fixture") is None


def test_with_ten_cases_the_resident_is_told_what_is_typical(lived: Stage) -> None:
    look(lived)
    with transaction(lived.shop.engine) as sql:
        sql.execute(
            "INSERT INTO figure_case SELECT site_id, stream_id, number + 100 * n, what, word, party,"
            " category, space, at, good, 3600000000 * n FROM figure_case, generate_series(1, 10) AS n"
            " WHERE site_id = %s AND what = 'done_in'",
            (lived.site_id,),
        )
    found = typical_at(lived.shop, lived.site_id, "loose_fixture")
    assert found is not None
    took, _ = found
    assert (took.many, took.p50 // 3_600_000_000, took.p90 // 3_600_000_000) == (11, 5, 9)


def test_an_order_that_cannot_be_counted_takes_nothing_from_the_others(
    lived: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = cases_of
    broken = iter([True])

    def once_broken(*args: Any) -> Any:
        if next(broken, False):
            raise ValueError
        return real(*args)

    monkeypatch.setattr(keeping, "cases_of", once_broken)
    assert look(lived).reported.many == 1


def test_whoever_may_not_see_the_figures_is_told_of_no_site(lived: Stage) -> None:
    volunteer = caller("committee", lived.site_id, Role.VOLUNTEER)
    stranger = Caller("test", volunteer.actor, {lived.code: lived.site_id})
    with pytest.raises(UnknownStream):
        figures(lived.shop, stranger, lived.code, Wish(), "zh")
