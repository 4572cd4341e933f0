"""Numbers and names as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.personal import mask_name, mask_phone


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138 1234-5678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("8613812345678", "138****5678"),
        ("021-62345678", "021****5678"),
        ("+44 7911 123456", "+447****3456"),
        ("62345678", "62****78"),
        ("+852 6234567", "+85****67"),
        ("12345", "****45"),
        ("1234", "****"),
        ("", "****"),
    ],
)
def test_a_number_is_known_again_and_cannot_be_called(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@given(st.text("0123456789", min_size=1, max_size=20))
def test_at_least_three_digits_are_hidden_or_all(digits: str) -> None:
    shown = mask_phone(digits).replace("*", "")
    assert len(shown) <= max(0, len(digits) - 3)


@pytest.mark.parametrize(("name", "shown"), [("王秀英", "王**"), (" 李 ", "李**"), ("Mary Smith", "M**")])
def test_a_name_is_its_first_character(name: str, shown: str) -> None:
    assert mask_name(name) == shown
