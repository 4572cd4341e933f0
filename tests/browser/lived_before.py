"""What happened at the lived-in site in the days before: nearly due, late, supervised, done this week."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services import lanes
from services.replay.pictures import drawn
from services.store.claims import LIVE, Scope
from services.store.transactions import transaction
from tests.integration.api.conftest import LEAK, World

API = "/api/v1/orders"
WRITTEN_BEFORE = {
    "rain": "窗边渗水，雨天滴到地板上",
    "sand": "黄沙堆在门口路上，轮椅过不去",
    "noise": "音响声音大，午睡时隔壁也听得见",
    "slide": "移门卡住，关不上",
    "handle": "大厅门把手松了",
    "title": "大厅门把手松动",
    "explained": "铲车坏了，周三调另一台来清走",
    "plan": "换导轨和滑轮，门板先拆下固定在墙边",
}


@dataclass
class _Past:
    """The site, whose clock can be turned back."""

    world: World
    now: datetime | None = None

    @contextmanager
    def days_ago(self, days: float) -> Iterator[None]:
        """What is done within is done then; afterwards its timers fire, as late as it is today."""
        self._turn(datetime.now(UTC) - timedelta(days=days))
        yield
        self._turn(None)
        lanes.drain(lanes.fire, self.world.worker, LIVE)

    def report(self, **fields: str) -> str:
        """An order, sent out."""
        told = self.world.of("handler", "committee").post(API, json=LEAK | fields)
        assert told.status_code == 201, told.text
        site = self.world.site_ids["AIBO5"]
        lanes.drain(lanes.route, self.world.worker, Scope(site, self.now) if self.now else LIVE)
        return str(told.json()["code"])

    def did(self, code: str, who: str, *actions: str, role: str = "handler", **body: Any) -> None:
        """A party did this, one after another; the last one with a body."""
        for number, action in enumerate(actions):
            given = body if number == len(actions) - 1 else None
            answer = self.world.act(code, action, who, given, role=role)
            assert answer.status_code == 200, (action, answer.text)

    def _turn(self, at: datetime | None) -> None:
        self.now = at
        with transaction(self.world.worker.engine) as sql:
            sql.execute(
                "UPDATE site SET clock = %s, virtual_now = %s WHERE id = %s",
                ("virtual" if at else "live", at, self.world.site_ids["AIBO5"]),
            )


def days_before(world: World) -> dict[str, str]:
    """Orders by name: nearly due, not taken on, late with a plan, late and supervised, done."""
    past = _Past(world)
    return {
        "rain": _nearly_due(past),
        "noise": _not_taken_on(past),
        "slide": _late_with_a_plan(past),
        "sand": _late_and_supervised(past),
        "handle": _done(past),
    }


def _nearly_due(past: _Past) -> str:
    with past.days_ago(6):
        code = past.report(space="science", origin="construction", description=WRITTEN_BEFORE["rain"])
        for party in ("contractor", "property"):
            past.did(code, party, *_of(party, "acknowledge", "contact", "arrive"))
    return code


def _not_taken_on(past: _Past) -> str:
    """The committee's own."""
    with past.days_ago(5):
        return past.report(space="dance", category="activity_noise", description=WRITTEN_BEFORE["noise"])


def _late_with_a_plan(past: _Past) -> str:
    with past.days_ago(4.5):
        code = past.report(space="book-bar", category="loose_fixture", description=WRITTEN_BEFORE["slide"])
        past.did(code, "property", *_of("property", "acknowledge", "contact", "arrive"))
        past.did(code, "property", "assignments/contractor/release")
    by = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    past.did(code, "property", "assignments/property/propose-plan", plan=WRITTEN_BEFORE["plan"], fix_by=by)
    return code


def _late_and_supervised(past: _Past) -> str:
    with past.days_ago(3):
        code = past.report(space="yard", category="dust", description=WRITTEN_BEFORE["sand"])
        past.did(code, "committee", *_of("committee", "acknowledge", "done"))
    past.did(code, "contractor", "assignments/contractor/explain", note=WRITTEN_BEFORE["explained"])
    past.did(code, "street", "supervise", role="arbiter")
    past.did(code, "autonomy_office", "assignments/contractor/name-party", role="lead")
    return code


def _done(past: _Past) -> str:
    code = past.report(space="hall", category="loose_fixture", description=WRITTEN_BEFORE["handle"])
    past.did(code, "property", "assignments/property/acknowledge")
    photograph(past.world, code, "property", "hinge-frame", "after")
    past.did(code, "property", "assignments/property/done")
    past.did(code, "property", "assignments/contractor/release")
    past.did(code, "committee", "assignments/property/verify")
    past.did(code, "committee", "publish", title=WRITTEN_BEFORE["title"])
    return code


def photograph(world: World, code: str, party: str, scene: str, purpose: str) -> None:
    """Put a picture of a scene to an order."""
    answer = world.of("handler", party).post(
        f"{API}/{code}/photos", files={"file": ("a.jpg", drawn(scene))}, data={"purpose": purpose}
    )
    assert answer.status_code == 201, answer.text


def _of(party: str, *actions: str) -> list[str]:
    return [f"assignments/{party}/{one}" for one in actions]
