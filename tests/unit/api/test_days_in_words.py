"""Days of the week as people say them."""

import pytest

from services.views.language import days_text


@pytest.mark.parametrize(
    ("days", "chinese", "english"),
    [
        (range(7), "每天", "daily"),
        ((0, 1, 2, 3, 4), "周一至周五", "Mon–Fri"),
        ((5, 6), "周六、周日", "Sat, Sun"),
        ((0, 2, 4), "周一、周三、周五", "Mon, Wed, Fri"),
        ((6, 0, 1, 2), "周一至周三、周日", "Mon–Wed, Sun"),
    ],
)
def test_days_are_said_as_runs(days: tuple[int, ...], chinese: str, english: str) -> None:
    assert (days_text(days, "zh"), days_text(days, "en")) == (chinese, english)
