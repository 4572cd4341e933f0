"""A year's days are published after deadlines in it were set."""

from datetime import UTC, date, datetime

import pytest

from models.domain.streams import StreamKey
from services import desk, lanes
from services.actions.bodies import ReportBody
from services.execute import Shop
from services.replay.driver import Driver
from services.store import sites
from services.store.claims import Scope
from services.store.transactions import transaction
from services.years import YearFileError, publish, read_year
from tests.databases import add_aibo, caller

FILE = """
source = "国务院办公厅通知"
[[day]]
date = 2027-01-04
kind = "holiday"
name = "元旦"
[[day]]
date = 2027-01-09
kind = "make_up"
name = "元旦"
"""


def fix_of(shop: Shop, key: StreamKey) -> tuple[datetime, bool]:
    with transaction(shop.engine) as sql:
        row = sql.execute(
            "SELECT d.value->>'due_at', d.value->>'provisional' FROM stream,"
            " jsonb_each(state->'deadlines') d WHERE stream_id = %s AND d.value->>'kind' = 'fix'"
            " AND d.value->>'party' = 'asset_company'",
            (key.stream_id,),
        ).fetchone()
    assert row is not None
    return datetime.fromisoformat(row[0]), row[1] == "true"


def test_publication_moves_open_provisional_deadlines_and_says_so_on_record(shop: Shop) -> None:
    begins = datetime(2026, 12, 21, 2, tzinfo=UTC)
    site_id = add_aibo(shop.engine, clock=sites.Clock("virtual", begins))
    body = ReportBody(space="dance", description="漏", category="leak", origin="pre_existing")
    key, _ = desk.report(shop, caller("committee", site_id), "AIBO5", body, desk.Extras(now=begins))
    lanes.route(shop, Scope(site_id, begins))
    before, provisional = fix_of(shop, key)
    assert provisional
    Driver(shop, site_id).end("live")

    version, moved = publish(shop, read_year("CN", 2027, FILE))

    after, provisional = fix_of(shop, key)
    assert (version, moved, provisional) == (2, 1, False)
    assert after != before
    with transaction(shop.engine) as sql:
        types = sql.execute("SELECT type FROM event ORDER BY seq DESC LIMIT 2").fetchall()
    assert {row[0] for row in types} == {"DeadlineMoved"}


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "source = 'x'",
        FILE.replace("2027-01-04", "2028-01-04"),
        FILE.replace('"make_up"', '"half"'),
        FILE.replace("2027-01-09", "2027-01-04"),
    ],
)
def test_a_file_that_is_not_a_year_s_days_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(YearFileError, match="Write"):
        read_year("CN", 2027, text)


def test_days_are_read_with_their_kind() -> None:
    assert read_year("CN", 2027, FILE).days[1] == (date(2027, 1, 9), "make_up", "元旦")
