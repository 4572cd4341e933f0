"""What tests of notices share: a site of the test's own with its lanes, and notices put before them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.orders import commands as c
from models.domain.orders.state import Reporter
from models.domain.playbook.site_model import ChannelSpec
from models.domain.streams import SYSTEM, Actor, Role, StreamKey
from models.domain.words import Origin, ReporterKind, Severity
from services.execute import Envelope, Shop, Unit
from services.notify import phone
from services.notify.expanding import expand
from services.notify.record import service_record
from services.notify.sending import send
from services.store import sites
from services.store.claims import Scope
from services.store.private import private_text
from services.store.transactions import transaction
from tests.databases import SPEC

URL = "https://lianban.example"
TEXT = "乒乓房漏水，我是201室王阿姨，电话13812345678"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026 on Shanghai's clock; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@dataclass
class Place:
    """A site of the test's own with its lanes."""

    shop: Shop
    site_id: int
    code: str
    live: bool = False

    def do(self, key: StreamKey, command: Any, actor: Actor, now: datetime | None, *texts: Any) -> None:
        unit = Unit((Envelope(key, command, actor, texts, now),))
        answer = self.shop.execute([unit], sites=[self.site_id])[0]
        assert answer.refused is None, answer.refused

    def report(self, now: datetime | None, **more: Any) -> StreamKey:
        """A leak in the table-tennis room, routed at once."""
        with transaction(self.shop.engine) as sql:
            key = StreamKey(self.site_id, sites.take_numbers(sql, self.site_id))
        text = private_text(TEXT)
        reporter = Reporter(ReporterKind.RESIDENT, "p1")
        wish = {"category": "leak", "origin": Origin.PRE_EXISTING, "severity": Severity.ORDINARY, **more}
        report = c.Report("table-tennis", text.ref, reporter, **wish)
        self.do(key, report, Actor(Role.RESIDENT, None, "p1"), now, text)
        self.do(key, c.RouteOrder(), SYSTEM, now)
        return key

    def scope(self, now: datetime | None) -> Scope:
        return Scope(self.site_id, now)

    def deliver(self, now: datetime | None = None, limit: int = 100, **more: Any) -> None:
        """Both lanes until they find nothing."""
        while expand(self.shop, self.scope(now), limit):
            pass
        while send(self.shop, self.scope(now), limit, public_url=URL, **more):
            pass

    def rings(self) -> list[phone.Ring]:
        with transaction(self.shop.engine) as sql:
            return phone.latest(sql, self.site_id)

    def told(self) -> dict[str | None, str]:
        """Reasons by person."""
        return {one.member: ",".join(one.why) for one in self.rings()}

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with transaction(self.shop.engine) as sql:
            done = sql.execute(statement.encode(), values)
            return done.fetchall() if done.description else []

    def record(self, key: StreamKey) -> list[dict[str, Any]]:
        with transaction(self.shop.engine) as sql:
            return service_record(sql, key)


MAILED = replace(
    SPEC,
    channels=tuple(
        ChannelSpec("email", f"{one.member}@secret.example", one.member, None) if one.member else one
        for one in SPEC.channels
    ),
)


def noticed(here: Place, key: StreamKey, *wanted: tuple[str, str, str], now: datetime) -> None:
    for party, role, why in wanted:
        here.sql(
            "INSERT INTO notice (site_id, stream_id, seq, party, role, why, urgency, created_at, send_at)"
            " VALUES (%s, %s, 1, %s, %s, %s, 'ordinary', %s, %s)",
            *(key.site_id, key.stream_id, party, role, [why], now, now),
        )
