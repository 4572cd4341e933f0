"""`lianban act`: whoever may, as whom, with which words; refusals that say how to go on."""

from pathlib import Path

import pytest
from PIL import Image

from services.execute import Shop
from services.store.transactions import transaction
from tests.integration.cli.conftest import Cli


def one(shop: Shop, statement: str) -> object:
    with transaction(shop.engine) as sql:
        row = sql.execute(statement.encode()).fetchone()
    return row[0] if row else None


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    place = tmp_path / "after.jpg"
    Image.new("RGB", (40, 30), "grey").save(place)
    return place


def test_a_party_acts_for_itself_unless_it_is_said_otherwise(aibo: Cli, leak: str) -> None:
    told = aibo("act", leak, "acknowledge", "property").stdout
    assert f"{leak} acknowledge: done as property:handler" in told
    assert "property acknowledged" in told


def test_the_ledger_says_that_it_was_the_operator(aibo: Cli, leak: str, shop: Shop) -> None:
    aibo("act", leak, "acknowledge", "property")
    payload = one(
        shop, "SELECT convert_from(payload, 'UTF8') FROM event WHERE type = 'AssignmentAcknowledged'"
    )
    assert '"actor":{"party":"property","person":"operator:property","role":"handler"}' in str(payload)


def test_work_is_verified_by_who_may_and_never_by_who_did_it(aibo: Cli, leak: str, picture: Path) -> None:
    aibo("act", leak, "acknowledge", "property")
    aibo("act", leak, "photo", "property", f"file={picture}", "purpose=after")
    aibo("act", leak, "done", "property", "note=已换水管")
    told = aibo("act", leak, "verify", "property", "--as", "property", code=1).stderr
    assert "'verify' is for committee." in told
    assert "done as committee:handler" in aibo("act", leak, "verify", "property").stdout


def test_a_refusal_says_the_state_who_holds_the_ball_and_what_is_allowed(aibo: Cli, leak: str) -> None:
    aibo("act", leak, "acknowledge", "property")
    told = " ".join(aibo("act", leak, "acknowledge", "property", code=1).stderr.split())
    assert "'acknowledge' is not possible: the assignment is acknowledged." in told
    assert "The order is open; the ball is with asset_company, property; allowed now:" in told
    assert "property/hold" in told


def test_a_hold_that_is_refused_is_called_a_hold(aibo: Cli, leak: str) -> None:
    aibo("act", leak, "release", "property", "--as", "committee")
    words = ("reason=material", "until=2026-10-20T17:30")
    assert "'hold' is not possible" in aibo("act", leak, "hold", "property", *words, code=1).stderr


def test_a_time_without_a_zone_is_the_site_s(aibo: Cli, leak: str, shop: Shop) -> None:
    aibo("act", leak, "acknowledge", "asset_company")
    aibo("act", leak, "hold", "asset_company", "reason=material", "until=2026-10-20T17:30")
    assert one(shop, "SELECT state->'requests'->0->>'until' FROM stream") == "2026-10-20T09:30:00Z"


REFUSED = [
    (["dance"], "there is no action dance; there are accept-time, acknowledge, agree-plan"),
    (["acknowledge"], "say whose assignment: act AIBO5-1 acknowledge PARTY; on it are"),
    (["acknowledge", "nobody"], "there is no party nobody at AIBO5"),
    (["cancel", "property", "reason=x"], "cancel concerns the whole order: leave property out."),
    (["hold", "property", "reason=material"], "until: field required"),
    (["hold", "property", "reason=material", "until=2026-12-01"], "until needs a time of day as well"),
    (["hold", "property", "reason=material", "until=soonsoonsoon"], "is no date and time"),
    (["hold", "property", "reason=boredom", "until=2026-10-20T17:30"], "reason: "),
    (["note", "hello=1"], "hello: extra inputs are not permitted. It takes note=… [mentions=…]."),
    (["note", "property", "hello"], "hello: details are written key=value"),
    (["decide", "property", "granted=perhaps"], "granted: input should be a valid boolean"),
    (["merge", "into=AIBO5-77", "reason=同一处"], "there is no order"),
    (["merge", "into=AIBO5-1", "reason=同一处"], "name another order of the same site"),
    (["photo", "property", "file=/nowhere.jpg"], "cannot be read (No such file or directory)"),
    (["photo", "property", f"file={__file__}"], "is no JPEG, PNG or WebP picture"),
    (["photo", "property", "purpose=fun"], "purpose: input should be 'before', 'after'"),
    (["acknowledge", "contractor"], "contractor has no assignment on this order"),
    (["acknowledge", "property", "--as", "street"], "'acknowledge' is for property."),
    (["cancel", "reason=x", "--as", "volunteer"], "'cancel' is for committee"),
]


def test_what_cannot_be_done_is_said_in_a_sentence(aibo: Cli, leak: str) -> None:
    for words, told in REFUSED:
        error = " ".join(aibo("act", leak, *words, code=1).stderr.split())
        assert told in error, words


def test_without_an_action_it_says_who_may_do_what_with_which_details(aibo: Cli, leak: str) -> None:
    told = " ".join(aibo("act", leak).stdout.split())
    assert "acknowledge property" in told
    assert "hold 暂缓 [note=…] reason=… until=…" in told
    assert "reporter" in told


def test_the_possibilities_are_narrowed_to_one_action_or_one_party(aibo: Cli, leak: str) -> None:
    told = aibo("act", leak, "acknowledge", "--help-actions").stdout
    assert "acknowledge asset_company" in told
    assert "committee" not in told
    assert "supervise" not in aibo("act", leak, "--as", "property").stdout
    assert (
        "nobody may do verify on AIBO5-1 now." in aibo("act", leak, "verify", "--help-actions", code=1).stderr
    )


def test_the_operator_speaks_for_who_reported(aibo: Cli, leak: str) -> None:
    told = aibo("act", leak, "cancel", "reason=已经干了", "--as", "reporter").stdout
    assert "done as resident" in told
    assert "The order is cancelled" in told


def test_an_order_is_split_and_merged(aibo: Cli, leak: str) -> None:
    split = ("reason=两处", "report.space=hall", "report.description=大厅也漏", "report.category=leak")
    aibo("act", leak, "split", *split)
    assert "拆出 AIBO5-2" in " ".join(aibo("show", leak).stdout.split())
    aibo("act", "AIBO5-2", "merge", f"into={leak}", "reason=还是一处")
    assert "并入 AIBO5-1" in " ".join(aibo("show", "AIBO5-2").stdout.split())
    assert "已并案" in aibo("orders", "--all").stdout


def test_a_photo_is_kept_and_one_that_is_refused_leaves_no_row(
    aibo: Cli, leak: str, shop: Shop, picture: Path
) -> None:
    aibo("act", leak, "photo", "property", f"file={picture}", "purpose=before")
    assert "物业 处置前 × 1" in aibo("show", leak).stdout
    aibo("act", leak, "photo", "property", f"file={picture}", "--as", "client:observer", code=1)
    assert one(shop, "SELECT count(*) FROM photo") == 1


def test_a_whole_life_by_the_command_line_alone(aibo: Cli, leak: str, picture: Path) -> None:
    for party in ("property", "asset_company"):
        aibo("act", leak, "acknowledge", party)
    aibo("act", leak, "contact", "asset_company")
    aibo("act", leak, "release", "property", "reason=不需要配合")
    aibo("act", leak, "start", "asset_company")
    aibo("act", leak, "photo", "asset_company", f"file={picture}", "purpose=after")
    aibo("act", leak, "done", "asset_company")
    aibo("act", leak, "verify", "asset_company")
    told = aibo("act", leak, "callback", "resolved=true", "satisfied=yes").stdout
    assert "The order is closed" in told
    assert "已解决、满意" in aibo("show", leak).stdout
