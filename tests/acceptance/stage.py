"""The language of the stories: somebody reports, somebody acts, time goes by, and whose phone rang meanwhile.

    leak = stage.report("leak", origin="pre_existing")
    stage.expect_told("property", "handler", "dispatched.support")
    stage.forward("2 WD")
    stage.expect_silence()

Everything takes the real path over PostgreSQL: desk, execute, the lanes, the recorder's phone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.business_time.limits import Limit
from models.domain.codec import decode
from models.domain.orders.refusals import Refused
from models.domain.orders.state import Order
from models.domain.streams import Actor, Role, StreamKey
from models.domain.words import PhotoPurpose
from services import desk, photos
from services.actions.bodies import MergeBody, ReportBody
from services.actions.table import ASSIGNMENT_ACTIONS, MERGE, ORDER_ACTIONS
from services.callers import Caller
from services.execute import Answer, Shop
from services.replay.driver import Driver
from services.replay.pictures import drawn
from services.replay.turning import ahead, turn
from services.store.contexts import read_sites
from services.store.transactions import transaction

ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE = {
    "administrator": Role.ADMINISTRATOR,
    "resident": Role.RESIDENT,
    "anonymous": Role.RESIDENT,
    "wang-yuezhen": Role.VOLUNTEER,
}


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """One thing that one person heard."""

    party: str
    role: str
    why: str
    at: datetime
    order: int
    member: str | None

    def __str__(self) -> str:
        return f"{self.at.astimezone(ZONE):%m-%d %H:%M} {self.party} {self.role} {self.why} ({self.member})"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a ladder as the ledger has it."""

    party: str
    kind: str
    rung: str
    skipped: bool


_HEARD = """
SELECT n.party, n.role, w.why, p.at, p.stream_id, p.member FROM phone p
JOIN delivery d ON d.id = p.delivery_id JOIN notice n ON n.id = ANY (d.notice_ids), unnest(n.why) AS w (why)
WHERE p.site_id = %s ORDER BY p.id, n.id
"""


@dataclass(slots=True)
class Stage:
    """A site of its own whose clock moves only when told to."""

    shop: Shop
    site_id: int
    code: str
    _heard: int = 0
    _unexpected: list[Told] = field(default_factory=list)

    # ── what people do ──────────────────────────────────────────────────────────────────────────────────

    def report(self, category: str | None = None, *, by: str = "resident", **words: Any) -> StreamKey:
        """Report trouble; the router and the phones follow at once."""
        contact = {"reporter": {"phone": "120 0000 0000"}} if by == "resident" else {}
        told = {"space": "table-tennis", "description": "漏水了", "category": category, **contact, **words}
        key, answer = desk.report(self.shop, self.caller(by), self.code, ReportBody.model_validate(told))
        assert answer.refused is None, answer.refused
        self.settle()
        return key

    def act(self, order: StreamKey, action: str, by: str, of: str | None = None, **words: Any) -> None:
        """Take an action that has to be possible; `of` is the party that it concerns, if that is another."""
        answer = self.try_to(order, action, by, of, **words)
        assert answer.refused is None, answer.refused

    def refuse(self, order: StreamKey, action: str, by: str, of: str | None = None, **words: Any) -> Refused:
        """Take an action that has to be refused; returns why."""
        refused = self.try_to(order, action, by, of, **words).refused
        assert isinstance(refused, Refused), f"{by} {action} was not refused"
        return refused

    def try_to(self, order: StreamKey, action: str, by: str, of: str | None = None, **words: Any) -> Answer:
        """Take an action, whatever becomes of it."""
        for_party = action in ASSIGNMENT_ACTIONS and (action not in ORDER_ACTIONS or of is not None)
        body = (ASSIGNMENT_ACTIONS if for_party else ORDER_ACTIONS)[action].body.model_validate(words)
        wish = desk.Wish(action, body, (of or by) if for_party else None)
        answer = desk.act(self.shop, self.caller(by), order, wish)
        self.settle()
        return answer

    def merge(self, order: StreamKey, into: StreamKey) -> None:
        """The committee finds that both are one."""
        body = MergeBody(reason="同一处", into=f"{self.code}-{into.stream_id}")
        answer = desk.act(self.shop, self.caller("committee"), order, desk.Wish(MERGE, body))
        assert answer.refused is None, answer.refused
        self.settle()

    def photo(self, order: StreamKey, by: str, purpose: str = "after") -> None:
        """Attach a picture."""
        caller, round_ = self.caller(by), self.order(order).round
        attached = photos.Attached(PhotoPurpose(purpose), caller.actor.party, round_)
        photo = photos.add_row(self.shop, order, picture(), attached)
        answer = desk.attach(self.shop, caller, order, photo)
        assert answer.refused is None, answer.refused

    def finish(self, order: StreamKey, party: str) -> None:
        """The party shows its work and says that it is done."""
        self.photo(order, party)
        self.act(order, "done", party)

    def caller(self, by: str) -> Caller:
        """A party's lead, the resident, nobody known, or a volunteer."""
        role = PEOPLE.get(by, Role.LEAD)
        party = None if by in PEOPLE else by
        return Caller(by, Actor(role, party, f"p:{by}"), {self.code: self.site_id})

    # ── time ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def driver(self) -> Driver:
        return Driver(self.shop, self.site_id)

    @property
    def now(self) -> datetime:
        with transaction(self.shop.engine, [self.site_id]) as sql:
            now = read_sites(sql, [self.site_id])[self.site_id].virtual_now
        assert now is not None
        return now

    def settle(self) -> None:
        """What can happen at this instant happens."""
        turn(self.driver, self.now)

    def forward(self, limit: str) -> None:
        """Let a limit go by, in the committee's calendar: what was due by its end is past afterwards."""
        turn(self.driver, self.after(limit))

    def until(self, local: str) -> None:
        """Let time go by up to an instant on the site's wall clock."""
        turn(self.driver, wall(local))

    def after(self, limit: str) -> datetime:
        """The instant at which a limit that starts now is past."""
        return ahead(self.driver, Limit.parse(limit))

    # ── what is known of it ─────────────────────────────────────────────────────────────────────────────

    def order(self, key: StreamKey) -> Order:
        """The order as it is now: routing or firing it once more changes nothing."""
        return state_of(self.shop, key)

    def state(self, key: StreamKey, party: str) -> str:
        """The state of a party's assignment."""
        return str(self.order(key).assignments[party].state)

    def steps(self, key: StreamKey) -> list[Step]:
        """The steps of ladders in the order in which they were reached."""
        with transaction(self.shop.engine, [self.site_id]) as sql:
            rows = sql.execute(
                "SELECT party, kind, rung, skipped FROM firing WHERE site_id = %s AND stream_id = %s"
                " ORDER BY seq",
                (key.site_id, key.stream_id),
            ).fetchall()
        return [Step(*row) for row in rows]

    # ── whose phone rang ────────────────────────────────────────────────────────────────────────────────

    def heard(self) -> list[Told]:
        """All that was told since the last expectation and that nobody expected yet."""
        with transaction(self.shop.engine, [self.site_id]) as sql:
            rows = sql.execute(_HEARD, (self.site_id,)).fetchall()
        self._unexpected += [Told(*row) for row in rows[self._heard :]]
        self._heard = len(rows)
        return self._unexpected

    def expect_told(self, party: str, role: str, *reasons: str) -> Told:
        """Somebody of the party has heard these, as the role; all of the same reason count as one."""
        for why in reasons:
            fits = [one for one in self.heard() if (one.party, one.role, one.why) == (party, role, why)]
            assert fits, f"{party} {role} was not told {why}; told was:\n" + self._listed()
            self._unexpected = [one for one in self._unexpected if one not in fits]
        return fits[-1]

    def expect_silence(self) -> None:
        """Nobody was told anything else."""
        assert not self.heard(), "told was:\n" + self._listed()

    def _listed(self) -> str:
        return "\n".join(f"  {one}" for one in self._unexpected) or "  nothing"


def state_of(shop: Shop, key: StreamKey) -> Order:
    """The state that the stream's row holds."""
    with transaction(shop.engine, [key.site_id]) as sql:
        row = sql.execute(
            "SELECT state FROM stream WHERE site_id = %s AND stream_id = %s", (key.site_id, key.stream_id)
        ).fetchone()
    assert row is not None
    return decode(Order, row[0])


def wall(local: str) -> datetime:
    """An instant on the site's wall clock."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE)


@cache
def picture() -> photos.Picture:
    """Any picture."""
    return photos.picture_of(BytesIO(drawn("floor-dry")))
