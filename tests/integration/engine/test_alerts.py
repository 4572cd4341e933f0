"""Alerts: raised as often as one likes, told once an hour."""

from datetime import timedelta

import pytest

from services import alerts
from services.execute import Shop
from services.store.transactions import transaction
from tests.integration.engine.test_execute import one


def raised(shop: Shop, key: str = "timer", words: str = "one row is stuck") -> None:
    with transaction(shop.engine) as sql:
        alerts.raise_alert(sql, "quarantine", key, words)


def cleared(shop: Shop, key: str = "timer") -> None:
    with transaction(shop.engine) as sql:
        alerts.clear_alert(sql, "quarantine", key)


def taken(shop: Shop) -> list[str]:
    with transaction(shop.engine) as sql:
        return [alert.key for alert in alerts.take_untold(sql)]


def told(shop: Shop) -> None:
    with transaction(shop.engine) as sql:
        for alert in alerts.take_untold(sql):
            alerts.mark_told(sql, alert)


def later(shop: Shop, time: timedelta) -> None:
    """As if that much time had gone by."""
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE alert SET tell_at = tell_at - %s, cleared_at = cleared_at - %s", (time, time))


def test_what_is_raised_again_is_the_same_alert_with_the_newest_words(shop: Shop) -> None:
    raised(shop)
    raised(shop, words="two rows are stuck")
    with transaction(shop.engine) as sql:
        (alert,) = alerts.standing(sql)
    assert (alert.words, alert.count) == ("two rows are stuck", 2)


def test_an_alert_is_taken_by_one_teller_and_told_once(shop: Shop) -> None:
    raised(shop)
    assert taken(shop) == ["timer"]
    assert taken(shop) == []


def test_what_no_channel_took_is_tried_again_after_a_minute(shop: Shop) -> None:
    raised(shop)
    taken(shop)
    later(shop, alerts.TRIED_EVERY)
    assert taken(shop) == ["timer"]


def test_what_is_still_wrong_is_told_again_after_an_hour_and_not_before(shop: Shop) -> None:
    raised(shop)
    told(shop)
    later(shop, alerts.TOLD_EVERY - timedelta(minutes=1))
    assert taken(shop) == []
    later(shop, timedelta(minutes=1))
    assert taken(shop) == ["timer"]


def test_what_comes_and_goes_is_told_no_more_often(shop: Shop) -> None:
    raised(shop)
    told(shop)
    cleared(shop)
    raised(shop)
    assert taken(shop) == []


def test_what_is_over_is_neither_shown_nor_told(shop: Shop) -> None:
    raised(shop)
    cleared(shop)
    with transaction(shop.engine) as sql:
        assert alerts.standing(sql) == []
        assert alerts.untold(sql) is None


def test_an_alert_of_a_transaction_that_rolls_back_was_never_raised(shop: Shop) -> None:
    def break_down() -> None:
        with transaction(shop.engine) as sql:
            alerts.raise_alert(sql, "quarantine", "timer", "one row is stuck")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_down()
    assert one(shop, "SELECT count(*) FROM alert") == 0


def test_what_has_been_over_for_a_month_is_forgotten(shop: Shop) -> None:
    raised(shop)
    cleared(shop)
    later(shop, alerts.KEPT + timedelta(minutes=1))
    with transaction(shop.engine) as sql:
        alerts.forget_cleared(sql)
    assert one(shop, "SELECT count(*) FROM alert") == 0
