"""`lianban notices`: the service record 送达记录 of an order."""

import json

import pytest

from services.execute import Shop
from services.notify.record import Happened, Step, acted, opened, write
from services.store.transactions import transaction
from tests.integration.cli.conftest import Cli

WORDS = "errcode 310000: " + "keywords not in content, " * 6


@pytest.fixture
def eventful(shop: Shop, leak: str) -> str:
    """One message was opened and acted on; one was refused at length, another went instead."""
    with transaction(shop.engine) as sql:
        first, second = (
            row[0] for row in sql.execute("SELECT id FROM delivery ORDER BY id LIMIT 2").fetchall()
        )
        opened(sql, first, None)
        acted(sql, first, None)
        write(sql, [Happened(second, Step.REFUSED, WORDS, 1, "token"), Happened(second, Step.DEAD)], None)
        sql.execute(
            "UPDATE delivery SET instead_of = %s, digest_id = %s WHERE id = %s", (first, first, second)
        )
    return leak


def test_the_record_says_who_was_told_over_what_and_what_became_of_it(cli: Cli, leak: str) -> None:
    told = cli("notices", leak).stdout
    assert told.startswith(f"{leak}  送达记录 3 条\n")
    for words in ("资产公司  请主办", "鲍静", "记录器", "09:30:00  排队", "第 1 次", "服务已接收"):
        assert words in told, words


def test_the_record_is_told_in_english_as_well(cli: Cli, leak: str) -> None:
    told = cli("notices", leak, "--lang", "en").stdout
    for words in (
        "service record, 3 notices",
        "please take the lead",
        "queued",
        "try 1",
        "accepted by the service",
    ):
        assert words in told, words


def test_openings_refusals_and_what_went_instead_stay_within_eighty_columns(cli: Cli, eventful: str) -> None:
    told = cli("notices", eventful).stdout
    for words in ("已打开", "已办理", "被拒", "errcode 310000", "放弃", "接替 #", "合并于 #"):
        assert words in told, words


@pytest.mark.parametrize(
    ("state", "words"), [("waiting", "待发 → 10月12日"), ("nobody", "无人可送"), ("moot", "到时已不属实")]
)
def test_a_notice_that_nobody_got_says_why(shop: Shop, cli: Cli, leak: str, state: str, words: str) -> None:
    with transaction(shop.engine) as sql:
        sql.execute("DELETE FROM delivery")
        sql.execute("UPDATE notice SET outcome = %s", (state,))
        if state == "waiting":
            sql.execute("UPDATE notice SET expanded_at = NULL")
    assert words in cli("notices", leak).stdout


def test_as_json_it_is_what_the_api_answers(cli: Cli, leak: str) -> None:
    items = json.loads(cli("notices", leak, "--json").stdout)["items"]
    assert [one["state"] for one in items] == ["told"] * 3
    assert [one["step"] for one in items[0]["deliveries"][0]["steps"]] == ["leased", "accepted"]


def test_an_order_that_there_is_not_is_refused_in_a_sentence(aibo: Cli) -> None:
    assert "there is no order AIBO5-99" in aibo("notices", "AIBO5-99", code=1).stderr
