"""`lianban links`: what the operator sees of the links in messages, and how to end them."""

from tests.integration.cli.conftest import Cli


def test_links_are_listed_without_being_shown_and_revoked(aibo: Cli, leak: str) -> None:
    told = aibo("links", "list", leak).stdout
    rows = [line for line in told.splitlines() if line.rstrip().endswith(" open")]
    assert len(rows) == 2
    assert "asset_company" in told
    assert told.count("0 of 50") == 2
    assert "/l#" not in told
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


def test_posters_that_lead_to_this_machine_alone_are_refused_in_a_sentence(aibo: Cli) -> None:
    assert "Set LIANBAN_PUBLIC_URL" in aibo("posters", "never.pdf", code=1).stderr


def test_a_crew_link_is_shown_once_listed_by_its_hash_and_ended(aibo: Cli) -> None:
    address = aibo("links", "make", "AIBO5", "contractor", "王师傅").stdout.strip()
    told = aibo("links", "crew", "AIBO5").stdout
    assert "/l#" in address
    assert address.partition("#")[2] not in told
    (row,) = [line for line in told.splitlines() if "contractor 王师傅" in line]
    assert row.rstrip().endswith("0 of 600 open")
    assert aibo("links", "end", "AIBO5", row.split()[0]).stdout == "Ended 1 crew link of AIBO5.\n"
    assert aibo("links", "crew", "AIBO5").stdout.rstrip().endswith("revoked")


def test_a_crew_link_for_nobody_is_refused_in_a_sentence(aibo: Cli) -> None:
    assert "has no party plumbers" in aibo("links", "make", "AIBO5", "plumbers", "王师傅", code=1).stderr
    wrong = aibo("links", "make", "AIBO5", "contractor", "王师傅", "--member", "tang-ayong", code=1)
    assert "has no handler or lead tang-ayong" in wrong.stderr
    assert "no open crew link" in aibo("links", "end", "AIBO5", "00000000", code=1).stderr
