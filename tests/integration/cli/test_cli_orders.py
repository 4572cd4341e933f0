"""`lianban report`, `orders` and `show` in a terminal of 80 columns."""

import json
from collections.abc import Callable

from services.execute import Shop
from services.store.transactions import transaction
from tests.integration.cli.conftest import Cli

Advance = Callable[[str], None]


def test_a_report_prints_the_code_and_nothing_else_so_that_a_script_can_take_it(aibo: Cli) -> None:
    assert aibo("report", "--space", "hall", "移动门松动").stdout == "AIBO5-1\n"


def test_a_report_of_a_danger_with_a_contact_never_shows_the_contact(aibo: Cli, advance: Advance) -> None:
    words = ("--severity", "danger", "--category", "electrical", "--name", "王阿姨", "--phone", "13800005678")
    code = aibo("report", "--space", "hall", *words, "插座冒火花").stdout.strip()
    advance("12 09:10")
    shown = aibo("show", code).output + aibo("show", code, "--json").output + aibo("orders").output
    assert "王阿姨" not in shown
    assert "13800005678" not in shown
    assert "危险" in shown
    assert "居民" in shown


NO_REPORTS = [
    (["--space", "attic", "漏水"], "attic"),
    (["--space", "hall", "--category", "ghosts", "漏水"], "ghosts"),
    (["--space", "hall", "--site", "NOWHERE", "漏水"], "there is no site NOWHERE; there are AIBO5."),
    (["--space", "hall", ""], "description: string should have at least 1 character"),
    (["--space", "hall", "x" * 10_001], "description: string should have at most 10000 characters"),
    (
        ["--space", "hall", "--as", "nobody", "漏水"],
        "there is no party nobody at AIBO5; there are committee",
    ),
    (["--space", "hall", "--as", "property:king", "漏水"], "king is no role of a member"),
    (["--space", "hall", "--phone", "call me", "漏水"], "reporter.phone:"),
]


def test_a_report_that_cannot_be_taken_says_what_is_wrong(aibo: Cli) -> None:
    for words, told in NO_REPORTS:
        assert told in aibo("report", *words, code=1).stderr, words


def test_the_list_says_room_matter_state_who_holds_the_ball_and_the_day_with_its_weekday(
    aibo: Cli, leak: str
) -> None:
    told = aibo("orders").stdout
    for word in (leak, "乒乓房", "乒乓房漏水", "处置中", "○ 正常", "资产公司", "物业", "11月2日 周一"):
        assert word in told


def test_the_list_speaks_english_as_well(aibo: Cli, leak: str) -> None:
    told = aibo("orders", "--lang", "en").stdout
    for word in ("Table-tennis", "On time", "asset company", "Mon 2 Nov"):
        assert word in told


def test_a_late_order_is_marked_by_a_word_and_a_sign_not_by_colour_alone(
    aibo: Cli, leak: str, advance: Advance
) -> None:
    advance("13 18:00")
    told = aibo("orders", "--colour", "red").stdout
    assert "● 超期" in told
    assert "\x1b" not in told


def test_the_list_is_narrowed_by_site_status_party_and_colour(aibo: Cli, leak: str) -> None:
    assert leak in aibo("orders", "--site", "AIBO5", "--status", "open", "--party", "property").stdout
    for words in (["--status", "triage"], ["--party", "contractor"], ["--colour", "red"]):
        assert "没有工单" in aibo("orders", *words).stdout


def test_what_has_ended_is_listed_only_on_request(aibo: Cli, leak: str) -> None:
    aibo("act", leak, "false-alarm", "reason=是空调的冷凝水")
    assert leak not in aibo("orders").stdout
    assert "误报" in aibo("orders", "--all").stdout


def test_a_list_that_goes_on_says_so(aibo: Cli) -> None:
    for number in range(3):
        aibo("report", "--space", "hall", f"{number} 号灯不亮")
    told = aibo("orders", "--limit", "2").stdout
    assert "AIBO5-3" in told
    assert "AIBO5-1" not in told
    assert "--limit 2" in told


def test_long_and_strange_words_stay_within_80_columns(aibo: Cli, advance: Advance) -> None:
    words = "漏水" * 300 + "x" * 200 + "[red]مرحبا[/] \\n 👩‍👩‍👧‍👦"
    code = aibo("report", "--space", "picture-books", "--title", "长" * 60, words).stdout.strip()
    advance("12 10:00")
    assert "[red]" in aibo("show", code).stdout.replace("\n", "")
    aibo("orders")


def test_an_order_is_shown_party_by_party_with_why_each_date_is_what_it_is(aibo: Cli, leak: str) -> None:
    told = aibo("show", leak).stdout
    for word in (
        "AIBO5-1  乒乓房漏水",
        "漏水 · 一般 · 原因年久",
        "靠窗地上有水",
        "牵头      顾晓雯",
        "承诺      11月2日 周一",
        "主办 镇资产经营公司  已派，待接单",
        "协办 爱博五村物业服务处",
        "征询 街道社区自治办公室",
        "接单  10月13日 周二 17:30  还剩 1天8小时  ○ 正常",
        "10月13日 周二 第 1 个工作日",
        "下一步 10月13日 周二 14:06 临期提醒 → 资产公司经办人",
        "派单给镇资产经营公司（主办）",
        "（虚拟时钟）",
    ):
        assert word in told


def test_a_reason_that_holds_for_two_dates_is_told_once(aibo: Cli, leak: str) -> None:
    told = aibo("show", leak).stdout
    assert told.count("第 15 个工作日") == 1
    assert "同 资产公司 办结" in told


def test_an_order_is_shown_in_english_on_request(aibo: Cli, leak: str) -> None:
    told = aibo("show", leak, "--lang", "en").stdout
    for word in ("Lead Town asset company", "Fix  Mon 2 Nov 17:30  21 d 8 h left", "working day 15", "next:"):
        assert word in told


def test_a_late_party_is_shown_with_how_late_it_is_and_what_was_done_about_it(
    aibo: Cli, leak: str, advance: Advance
) -> None:
    aibo("act", leak, "acknowledge", "property")
    advance("14 18:00")
    told = aibo("show", leak).stdout
    assert "接单  10月13日 周二 17:30  已超 1天" in told
    assert "镇资产经营公司接单超期，已通知" in told
    property_block = told[told.index("协办") : told.index("征询")]
    assert "已超" not in property_block


def test_a_request_and_a_plan_are_shown_with_who_has_to_do_what(aibo: Cli, leak: str) -> None:
    aibo("act", leak, "acknowledge", "asset_company")
    aibo("act", leak, "propose-plan", "asset_company", "plan=重做防水", "fix_by=2026-10-30T17:30")
    aibo("act", leak, "hold", "asset_company", "reason=material", "until=2026-10-20T17:30", "note=等卷材")
    told = aibo("show", leak).stdout
    for word in ("资产公司 暂缓（等待材料、配件）", "至 10月20日 周二 17:30", "由居委会批复", "“等卷材”"):
        assert word in told
    for word in ("整改方案", "10月30日 周五 17:30 前完成", "待各方同意", "重做防水"):
        assert word in told


def test_a_clock_that_stands_still_is_shown_as_stopped_with_what_is_left(
    aibo: Cli, leak: str, advance: Advance
) -> None:
    aibo("act", leak, "acknowledge", "asset_company")
    aibo("act", leak, "hold", "asset_company", "reason=material", "until=2026-10-20T17:30")
    aibo("act", leak, "decide", "asset_company", "granted=yes")
    told = aibo("show", leak).stdout
    assert "办结  停表  还剩" in told
    assert "‖ 停表" in told
    assert "现在暂停中" in told


def test_words_of_people_stand_beneath_what_they_did(aibo: Cli, leak: str) -> None:
    aibo("act", leak, "note", "property", "note=明早带梯子来")
    told = aibo("show", leak).stdout
    assert "“明早带梯子来”" in told
    assert "“明早带梯子来”" not in aibo("show", leak, "--no-events").stdout


def test_a_date_of_another_year_says_its_year(aibo: Cli, leak: str, shop: Shop) -> None:
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE site SET clock = 'frozen', virtual_now = '2028-03-01T00:00Z'")
        sql.execute("UPDATE stream SET promised_at = promised_at + interval '20 years'")
    told = aibo("show", leak).stdout
    assert "2026年10月12日 周一\n09:00" in told
    assert "2028年3月1日 周三 08:00（时钟已冻结）" in told
    assert "2046年" in aibo("orders").stdout


def test_programs_get_the_order_and_its_ledger_as_json(aibo: Cli, leak: str) -> None:
    image = json.loads(aibo("show", leak, "--json", "--lang", "en").stdout)
    assert image["code"] == leak
    assert {one["party"]["code"] for one in image["assignments"]} == {
        "asset_company",
        "property",
        "autonomy_office",
    }
    assert [one["seq"] for one in image["ledger"]] == list(range(1, image["events"] + 1))


NO_ORDERS = [
    ("AIBO5-99", "there is no order AIBO5-99."),
    ("AIBO5-99999999999999999999", "there is no order AIBO5-99999999999999999999."),
    ("NOWHERE-1", "there is no site NOWHERE"),
    ("AIBO5", "AIBO5 is no order code; one looks like AIBO5-17."),
    ("AIBO5-x", "is no order code"),
]


def test_an_order_that_is_not_there_is_no_traceback(aibo: Cli) -> None:
    for code, told in NO_ORDERS:
        assert told in aibo("show", code, code=1).stderr
        assert told in aibo("act", code, code=1).stderr


def test_an_empty_database_says_what_to_do(cli: Cli) -> None:
    assert "No orders" in cli("orders").stdout
    assert "`./lianban load FOLDER` adds one" in cli("report", "--space", "hall", "漏水", code=1).stderr


def test_a_frozen_site_can_be_looked_at_and_nothing_else(aibo: Cli, leak: str, shop: Shop) -> None:
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE site SET clock = 'frozen'")
    assert "（时钟已冻结）" in aibo("show", leak).stdout
    told = aibo("act", leak, "acknowledge", "property", code=1).stderr
    assert "the clock of AIBO5 is frozen" in " ".join(told.split())
