"""Codes of an authenticator: which are taken, and none twice."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from services.identity import passwords, second_factor

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)


def code(seconds: int) -> str:
    return pyotp.TOTP(SEED).at(NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_is_taken_half_a_minute_early_or_late(seconds: int) -> None:
    assert second_factor.step_of(SEED, code(seconds), NOW, used=None) is not None


@pytest.mark.parametrize("seconds", [-60, 60])
def test_an_older_or_later_code_is_not(seconds: int) -> None:
    assert second_factor.step_of(SEED, code(seconds), NOW, used=None) is None


def test_no_code_is_taken_twice_nor_an_older_one_after_it() -> None:
    step = second_factor.step_of(SEED, code(0), NOW, used=None)
    assert step is not None
    assert second_factor.step_of(SEED, code(0), NOW, used=step) is None
    assert second_factor.step_of(SEED, code(-30), NOW, used=step) is None
    assert second_factor.step_of(SEED, code(30), NOW, used=step) == step + 1


@pytest.mark.parametrize("typed", ["", "abcdef", "１２３４５６", "0" * 200])
def test_what_is_no_code_is_wrong_and_nothing_breaks(typed: str) -> None:
    assert second_factor.step_of(SEED, typed, NOW, used=None) is None


def test_recovery_codes_differ_and_are_read_however_they_are_written() -> None:
    codes = second_factor.new_recovery_codes()
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert second_factor.as_kept(f" {codes[0].upper()} ") == second_factor.as_kept(codes[0])


@pytest.mark.parametrize("weak", ["", "short", "1234567890", "woaini1314", "qwertyuiop", "x" * 129])
def test_short_common_and_endless_passwords_are_refused(weak: str) -> None:
    with pytest.raises(passwords.WeakPassword):
        passwords.check(weak)


def test_a_password_made_of_its_owners_name_is_refused() -> None:
    with pytest.raises(passwords.WeakPassword):
        passwords.check("shenhuizhen1", ["shenhuizhen"])


def test_four_words_are_taken_and_found_again_by_their_hash() -> None:
    passwords.check("vier woorden zonder verband")
    kept = passwords.hashed("vier woorden zonder verband")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.fits("vier woorden zonder verband", kept) == (True, None)
    assert passwords.fits("another", kept)[0] is False
    assert passwords.fits("another", None) == (False, None)
