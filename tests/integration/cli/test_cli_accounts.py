"""`lianban account`: making, listing, letting in again, shutting."""

import pytest

from tests.integration.cli.conftest import Cli


def test_an_account_is_made_with_a_link_for_its_first_sign_in(aibo: Cli) -> None:
    made = aibo(
        "account", "add", "qian", "--role", "handler", "--party", "property", "--member", "qian-weiguo"
    )
    assert "/sign-in#lbs_" in made.stdout
    listed = aibo("account", "list").stdout
    assert "AIBO5 property handler" in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--role", "handler"), "--party"),
        (("--role", "administrator", "--party", "property"), "leave --party out"),
        (("--role", "handler", "--party", "property", "--member", "shen-huizhen"), "no member of property"),
    ],
)
def test_an_account_for_nobody_is_refused(aibo: Cli, words: tuple[str, ...], said: str) -> None:
    assert said in aibo("account", "add", "qian", *words, code=1).stderr
    assert "no accounts" in aibo("account", "list").stdout


def test_a_shut_account_is_listed_as_shut_and_an_unknown_one_is_told(aibo: Cli) -> None:
    aibo("account", "add", "qian", "--role", "handler", "--party", "property")
    aibo("account", "shut", "qian")
    assert "shut" in aibo("account", "list").stdout
    assert "account list" in aibo("account", "shut", "nobody", code=1).stderr
