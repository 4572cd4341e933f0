"""Drawings beside the ledger, and the week in public: from the records alone, as things stood then."""

from io import BytesIO

import pytest

from models.domain.matters.drawings.state import Drawing, DrawingSort
from models.domain.orders.refusals import BadValue
from models.domain.streams import Actor, Role, StreamKey
from services import photos
from services.audit.whole import audit
from services.callers import Caller
from services.execute import Answer
from services.matters.drawings import acting
from services.matters.drawings.acting import NewDrawing, Remark
from services.matters.kit import Doer
from services.matters.pairs import acting as pairs
from services.matters.pairs.acting import Shot
from services.matters.progress.reading import NoWeek, progress
from services.matters.progress.views import ProgressView
from services.matters.venues import acting as venues
from services.matters.venues.acting import Closing
from services.photos import Picture
from services.replay.pictures import drawn
from services.settings import Settings
from services.store.transactions import transaction
from tests.acceptance.stage import Stage


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings.read({"LIANBAN_ENV": "test", "LIANBAN_DATA": str(tmp_path_factory.mktemp("data"))})


def by(stage: Stage, settings: Settings, party: str) -> Doer:
    return Doer(stage.shop, settings, stage.caller(party))


def resident(stage: Stage, settings: Settings, person: str = "v:shen") -> Doer:
    caller = Caller(person, Actor(Role.RESIDENT, None, person, "code"), {stage.code: stage.site_id})
    return Doer(stage.shop, settings, caller)


def picture(name: str) -> Picture:
    return photos.picture_of(BytesIO(drawn(name)))


def done(stage: Stage, answer: Answer) -> None:
    assert answer.refused is None, answer.refused
    stage.settle()


def published(stage: Stage, settings: Settings) -> StreamKey:
    new = NewDrawing(DrawingSort.PLAN, "一层平面图", picture("plan-1"))
    key, answer = acting.publish(by(stage, settings, "designer"), stage.site_id, new)
    done(stage, answer)
    return key


def kept_of(stage: Stage, key: StreamKey) -> tuple[int, int]:
    """How many pictures and texts of a stream there still are beside the ledger."""
    with transaction(stage.shop.engine, [key.site_id]) as sql:
        row = sql.execute(
            "SELECT (SELECT count(*) FROM photo WHERE site_id = %(site)s AND stream_id = %(key)s"
            " AND sha256 IS NOT NULL), (SELECT count(*) FROM private_row"
            " WHERE site_id = %(site)s AND stream_id = %(key)s AND body IS NOT NULL)",
            {"site": key.site_id, "key": key.stream_id},
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def drawing(stage: Stage, settings: Settings, key: StreamKey) -> Drawing:
    return acting.found_drawing(by(stage, settings, "designer"), key).state


def test_a_comment_becomes_a_new_version_and_the_auditor_agrees(stage: Stage, settings: Settings) -> None:
    key = published(stage, settings)
    said = Remark("门口的台阶轮椅上不去", "open-lounge")
    done(stage, acting.comment(resident(stage, settings), key, said))
    stage.expect_told("designer", "handler", "drawing_commented")
    designer = by(stage, settings, "designer")
    done(stage, acting.answer_comment(designer, key, "1", "已改成坡道"))
    done(stage, acting.publish_version(designer, key, picture("plan-2"), "台阶改成坡道"))
    current = drawing(stage, settings, key).current
    assert current is not None
    assert (current.number, kept_of(stage, key)[0]) == (2, 2)
    [*_, tally] = audit(stage.shop)
    assert [one for one in tally.drift if one.key.site_id == stage.site_id] == []


def test_what_is_refused_leaves_no_picture_behind(stage: Stage, settings: Settings) -> None:
    new = NewDrawing(DrawingSort.PLAN, "一层平面图", picture("plan-1"), "nowhere")
    key, answer = acting.publish(by(stage, settings, "designer"), stage.site_id, new)
    assert isinstance(answer.refused, BadValue)
    assert kept_of(stage, key) == (0, 0)


def test_words_that_are_taken_back_are_erased_and_the_ledger_still_holds(
    stage: Stage, settings: Settings
) -> None:
    key = published(stage, settings)
    before = kept_of(stage, key)[1]
    done(stage, acting.comment(resident(stage, settings), key, Remark("书架太高")))
    done(stage, acting.take_back(resident(stage, settings), key, "1"))
    assert kept_of(stage, key)[1] == before
    [*_, tally] = audit(stage.shop)
    assert [one for one in tally.drift if one.key.site_id == stage.site_id] == []


def test_a_number_to_call_is_not_put_before_everybody(stage: Stage, settings: Settings) -> None:
    key = published(stage, settings)
    said = acting.comment(resident(stage, settings), key, Remark("打我电话 120 0000 0000"))
    assert isinstance(said.refused, BadValue)
    assert drawing(stage, settings, key).comments == {}


def test_photos_of_a_withdrawn_pair_are_erased(stage: Stage, settings: Settings) -> None:
    today = stage.now.date()
    shots = (Shot(picture("roof-old-felt"), today.replace(month=1)), Shot(picture("roof-new-felt"), today))
    one = by(stage, settings, "committee")
    key, answer = pairs.publish(one, (stage.site_id, "table-tennis"), shots, None)
    done(stage, answer)
    assert kept_of(stage, key)[0] == 2
    done(stage, pairs.withdraw(one, key, "拍到了人"))
    assert kept_of(stage, key)[0] == 0


# ── the week ────────────────────────────────────────────────────────────────────────────────────────────────


def week(stage: Stage, code: str | None = None) -> ProgressView:
    return progress(stage.shop, stage.site_id, code, "zh")


def code_of(stage: Stage, key: StreamKey) -> str:
    return f"{stage.code}-{key.stream_id}"


def test_a_week_tells_what_was_done_and_what_is_next_with_its_date(stage: Stage) -> None:
    question = stage.report("question", space="hall")
    leak = stage.report("leak", origin="pre_existing")
    stage.act(question, "acknowledge", "committee")
    stage.act(question, "contact", "committee")
    stage.act(question, "done", "committee", note="周三上午")
    stage.act(question, "callback", "resident", resolved=True, satisfied=True)
    seen = week(stage)
    assert [one.code for one in seen.done] == [code_of(stage, question)]
    assert [(one.code, one.promised_at is None) for one in seen.upcoming] == [(code_of(stage, leak), False)]


def test_a_late_order_tells_why_without_anybody_typing_it(stage: Stage) -> None:
    leak = stage.report("leak", origin="pre_existing")
    stage.forward("2 WD")
    [late] = week(stage).late
    assert late.code == code_of(stage, leak)
    assert "接单时限 3月10日 周二 已过" in late.why
    assert "已派单，还没有接单" in late.why
    assert "乒乓房漏水" not in late.model_dump_json()


def test_a_granted_hold_tells_its_reason_and_its_end(stage: Stage) -> None:
    leak = stage.report("leak", origin="pre_existing")
    for party in ("asset_company", "property"):
        stage.act(leak, "acknowledge", party)
    stage.act(leak, "contact", "asset_company")
    stage.act(leak, "hold", "asset_company", reason="material", until=stage.after("5 WD"))
    stage.act(leak, "decide", "committee", of="asset_company", granted=True)
    [line] = week(stage).upcoming
    assert [one for one in line.why if "等待材料、配件" in one and "暂缓到 3月16日 周一" in one]


def test_a_week_that_is_over_stays_as_it_was_when_it_ended(stage: Stage) -> None:
    leak = stage.report("leak", origin="pre_existing")
    stage.forward("2 WD")
    then = week(stage).week
    stage.until("2026-03-17 10:00")
    for party in ("asset_company", "property"):
        stage.act(leak, "acknowledge", party)
    before, now = week(stage, then), week(stage)
    assert (before.current, before.next, now.previous) == (False, now.week, then)
    assert "已派单，还没有接单" in before.late[0].why


def test_what_was_no_trouble_after_all_leaves_the_weeks(stage: Stage) -> None:
    leak = stage.report("leak", origin="pre_existing")
    then = week(stage).week
    stage.until("2026-03-17 10:00")
    assert len(week(stage, then).late) == 1
    stage.act(leak, "cancel", "resident", reason="报错了")
    assert week(stage, then).late == []


def test_a_partys_name_stands_there_only_once_the_office_released_it(stage: Stage) -> None:
    leak = stage.report("leak", origin="pre_existing")
    stage.forward("2 WD")
    stage.act(leak, "explain", "asset_company", note="防水材料上周五才到货。")
    assert "防水材料" not in week(stage).model_dump_json()
    stage.act(leak, "name-party", "autonomy_office", of="asset_company")
    [late] = week(stage).late
    assert [one.explanation for one in late.parties] == ["防水材料上周五才到货。"]


def test_drawings_and_closed_rooms_are_told_of_and_what_is_withdrawn_no_more(
    stage: Stage, settings: Settings
) -> None:
    published(stage, settings)
    today = stage.now.date()
    shots = (Shot(picture("roof-old-felt"), today.replace(month=1)), Shot(picture("roof-new-felt"), today))
    committee = by(stage, settings, "committee")
    pair, answer = pairs.publish(committee, (stage.site_id, "table-tennis"), shots, None)
    done(stage, answer)
    closing = Closing(today.replace(day=20), "canteen")
    done(stage, venues.close(committee, (stage.site_id, "dance", today), closing, "除霉")[1])
    told = [one.words for one in week(stage).happened]
    assert {"公布图纸“一层平面图”", "公布乒乓房的前后对比", "舞蹈房暂停使用"} == set(told)
    assert [(one.day, one.words) for one in week(stage).planned] == [
        (today.replace(day=21), "舞蹈房恢复开放")
    ]
    done(stage, pairs.withdraw(committee, pair, "拍到了人"))
    assert "公布乒乓房的前后对比" not in [one.words for one in week(stage).happened]


def test_a_week_that_has_not_begun_is_none(stage: Stage) -> None:
    with pytest.raises(NoWeek):
        week(stage, "2026-W12")
    with pytest.raises(NoWeek):
        week(stage, "2025-W53")
