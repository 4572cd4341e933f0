"""The likely category of words, learnt from a few examples."""

import pytest

from models.domain.guessing import learn

EXAMPLES = [
    ("leak", "漏水"),
    ("leak", "天花板滴水"),
    ("leak", "Leak"),
    ("electrical", "灯不亮"),
    ("electrical", "插座冒火花"),
    ("works_noise", "夜里电钻"),
]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("顶上在滴水", "leak"),
        ("灯又不亮了", "electrical"),
        ("电钻吵", "works_noise"),
        ("it is leaking", "leak"),
    ],
)
def test_words_that_were_never_seen_whole_find_their_category(words: str, code: str) -> None:
    assert learn(EXAMPLES).guess(words)[0] == code


@pytest.mark.parametrize("words", ["", "！？ 123", "xyzzy"])
def test_words_that_have_nothing_in_common_with_any_find_none(words: str) -> None:
    assert learn(EXAMPLES).guess(words) == []


def test_what_people_report_is_learnt() -> None:
    assert learn([*EXAMPLES, ("electrical", "跳闸")]).guess("跳闸了") == ["electrical"]


def test_no_more_is_proposed_than_was_asked_for() -> None:
    assert len(learn(EXAMPLES).guess("水灯夜", at_most=2)) <= 2
