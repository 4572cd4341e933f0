"""Meetings for tests: one with minutes on the table, and the link by which a lead signs them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from models.domain.streams import StreamKey
from services import links
from services.store.transactions import transaction
from tests.integration.api.conftest import World

MEETINGS = "/api/v1/meetings"


def meeting_on(world: World, order: str, items: Sequence[Any]) -> str:
    """Called by the committee, the contractor at the table too, with these lines on it; its code."""
    committee = world.of("lead", "committee")
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"order": order, "reason": "unclear_owner", "meets_at": soon, "place": "hall"}
    called = committee.post(MEETINGS, json=body | {"invited": ["contractor"]})
    assert called.status_code == 201, called.text
    code = str(called.json()["code"])
    drafted = committee.post(f"{MEETINGS}/{code}/minutes", json={"after": 0, "items": items})
    assert drafted.status_code == 200, drafted.text
    return code


def link_to(world: World, meeting: str, party: str) -> str:
    """The secret that a message to the party's lead carries; empty where it carries none."""
    site_id = world.site_ids["AIBO5"]
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT code FROM member WHERE site_id = %s AND party = %s AND role = 'lead'", (site_id, party)
        ).fetchone()
        assert row is not None
        key = StreamKey(site_id, int(meeting.rpartition("-")[2]))
        minted = links.mint(sql, "http://127.0.0.1:8000", [links.Wanted(1, key, party, row[0])], None)
    return minted.get(1, "").partition("#")[2]
