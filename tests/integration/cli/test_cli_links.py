"""`lianban links`: what the operator sees of the links in messages, and how to end them."""

from tests.integration.cli.conftest import Cli


def test_links_are_listed_without_being_shown_and_revoked(aibo: Cli, leak: str) -> None:
    told = aibo("links", "list", leak).stdout
    rows = [line for line in told.splitlines() if " open" in line]
    assert len(rows) == 2
    assert "asset_company" in told
    assert "/l/" not in told
    assert aibo("links", "revoke", leak).stdout == f"Revoked 2 links of {leak}.\n"
    assert aibo("links", "list", leak).stdout.count("revoked") == 2


def test_one_persons_links_end_alone(aibo: Cli, leak: str) -> None:
    who = next(
        line.split()[2] for line in aibo("links", "list", leak).stdout.splitlines() if "property" in line
    )
    assert aibo("links", "revoke", leak, "--member", who).stdout == f"Revoked 1 link of {leak}.\n"
    assert aibo("links", "revoke", leak, "--member", who).stdout == f"Revoked 0 links of {leak}.\n"


def test_links_of_no_order_are_refused_in_a_sentence(aibo: Cli) -> None:
    for words in (["list", "AIBO5-99"], ["revoke", "AIBO5-99"]):
        assert "there is no order AIBO5-99" in aibo("links", *words, code=1).stderr
    assert "is no order code" in aibo("links", "list", "nonsense", code=1).stderr
