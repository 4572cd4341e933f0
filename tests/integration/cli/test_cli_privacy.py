"""`lianban privacy`: contacts looked at on record, due, erased, and the list that is kept beside backups."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.execute import Shop
from services.store.transactions import transaction
from tests.integration.cli.conftest import Cli

PHONE, NAME = "13812345678", "王秀英"


@pytest.fixture
def code(aibo: Cli) -> str:
    """An order with a contact."""
    words = ("--space", "table-tennis", "--category", "question", "--phone", PHONE, "--name", NAME)
    return aibo("report", *words, "靠窗漏水").stdout.strip()


def test_the_contact_is_shown_masked(aibo: Cli, code: str) -> None:
    assert aibo("privacy", "show", code).output.split() == ["王**", "138****5678"]


def test_it_is_shown_in_full_for_a_reason_that_stands_in_the_history(aibo: Cli, code: str) -> None:
    assert aibo("privacy", "reveal", code, "--reason", "约上门时间").output.strip() == PHONE
    shown = aibo("show", code, "--lang", "zh").output
    assert "查看了报告人的电话" in shown
    assert PHONE not in shown


def test_the_contractor_is_refused(aibo: Cli, code: str) -> None:
    refused = aibo("privacy", "reveal", code, "--reason", "x", "--as", "contractor", code=1)
    assert PHONE not in refused.output
    assert "'reveal' is for committee" in " ".join(refused.output.split())


def test_nothing_is_erased_by_mistake(aibo: Cli, code: str) -> None:
    aibo("privacy", "erase", code, code=1)
    assert "138****5678" in aibo("privacy", "show", code).output


def test_what_was_erased_is_listed_and_the_list_erases_it_again(
    aibo: Cli, code: str, shop: Shop, tmp_path: Path
) -> None:
    with transaction(shop.engine) as sql:
        before = sql.execute("SELECT site_id, id, secret, body FROM private_row").fetchall()
    assert "contact, words" in aibo("privacy", "erase", code, "--yes").output
    kept = tmp_path / "erased.txt"
    kept.write_text(aibo("privacy", "erased").output, encoding="utf-8")
    with transaction(shop.engine) as sql:  # as a backup would bring them back
        for site_id, row_id, secret, body in before:
            sql.execute(
                "UPDATE private_row SET secret = %s, body = %s WHERE (site_id, id) = (%s, %s)",
                (secret, body, site_id, row_id),
            )
    aibo("privacy", "erase", "--from", str(kept), "--yes")
    assert "Nobody left a contact" in aibo("privacy", "show", code).output


def test_what_is_no_list_is_refused(aibo: Cli, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("AIBO5-1 everything", encoding="utf-8")
    refused = aibo("privacy", "erase", "--from", str(tmp_path / "list"), "--yes", code=1)
    assert "a line is like" in " ".join(refused.output.split())


def test_an_order_that_there_is_not_is_told_as_such(aibo: Cli, code: str) -> None:
    assert "there is no order AIBO5-999" in aibo("privacy", "erase", "AIBO5-999", "--yes", code=1).output


def test_what_is_due_follows_the_sites_clock(aibo: Cli, code: str, advance: Callable[[str], None]) -> None:
    aibo("act", code, "cancel", "reason=已经好了")
    assert "No contact" in aibo("privacy", "due", "--days", "1").output
    advance("16 09:00")
    assert aibo("privacy", "due", "--days", "1").output.startswith(code)
