"""Secrets at rest: what opens, what does not, and what a fingerprint keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.secrets import CannotOpen, KeyRing, is_sealed, ring_of
from services.settings import Settings

OLD, NEW, OTHER = "old" * 11, "new" * 11, "other" * 8
RING = KeyRing((NEW, OLD), OTHER)


@given(st.text(), st.text())
def test_what_was_sealed_opens_for_its_row(plain: str, row: str) -> None:
    assert RING.open(RING.seal(plain, row), row) == plain


def test_a_text_sealed_twice_looks_different() -> None:
    assert RING.seal("SECRET", "channel 1 1") != RING.seal("SECRET", "channel 1 1")


def test_nothing_of_the_text_shows() -> None:
    sealed = RING.seal("SECRET" * 5, "channel 1 1")
    assert is_sealed(sealed)
    assert "SECRET" not in sealed


def test_another_rows_text_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        RING.open(RING.seal("SECRET", "channel 1 1"), "channel 1 2")


@pytest.mark.parametrize("place", [10, 20, -2])
def test_a_changed_text_does_not_open(place: int) -> None:
    sealed = list(RING.seal("SECRET", "channel 1 1"))
    sealed[place] = "A" if sealed[place] != "A" else "B"
    with pytest.raises(CannotOpen):
        RING.open("".join(sealed), "channel 1 1")


def test_an_older_key_opens_and_the_newest_seals() -> None:
    sealed = KeyRing((OLD,), OTHER).seal("SECRET", "channel 1 1")
    assert RING.open(sealed, "channel 1 1") == "SECRET"
    assert RING.seal("SECRET", "channel 1 1").split(":")[2] == KeyRing((NEW,), OTHER).newest


def test_a_key_that_is_gone_opens_nothing_and_the_sentence_says_what_to_do() -> None:
    sealed = KeyRing((OLD,), OTHER).seal("SECRET", "channel 1 1")
    with pytest.raises(CannotOpen, match="LIANBAN_SECRET_KEYS"):
        KeyRing((NEW,), OTHER).open(sealed, "channel 1 1")


def test_a_fingerprint_outlives_a_rotation_and_needs_its_key() -> None:
    assert RING.fingerprint("robot") == KeyRing((OLD,), OTHER).fingerprint("robot")
    assert RING.fingerprint("robot") != KeyRing((NEW, OLD), NEW).fingerprint("robot")


def test_what_was_sealed_before_keys_were_named_opens_with_the_secret_key() -> None:
    plain = {"LIANBAN_SECRET_KEY": OTHER}
    sealed = ring_of(Settings.read(plain)).seal("SECRET", "channel 1 1")
    named = ring_of(Settings.read(plain | {"LIANBAN_SECRET_KEYS": f"{NEW}, {OLD}"}))
    assert named.open(sealed, "channel 1 1") == "SECRET"
    assert named.newest == RING.newest
