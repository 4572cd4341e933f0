"""An order in the hand: the real playbook and site, people who act, a clock that only goes forward."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from models.domain.business_time.calendar import Calendar, Day, DayKind
from models.domain.directory import Directory
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.decide import Decision, decide
from models.domain.orders.rules import Context
from models.domain.orders.state import Assignment, Deadline, Order, Photo, Reporter
from models.domain.playbook.model import Playbook
from models.domain.playbook.parse import parse_playbook
from models.domain.playbook.site import parse_site
from models.domain.streams import SYSTEM, Actor, DesiredNotice, Role, TextRef
from models.domain.words import DeadlineKind, OrderStatus, Origin, PhotoPurpose, ReporterKind, Severity

SHANGHAI = ZoneInfo("Asia/Shanghai")
AIBO_5 = Path(__file__).parents[3] / "deploy" / "playbooks" / "aibo-5"
TEXT = TextRef("text-1", "0" * 64)
RESIDENT = Actor(Role.RESIDENT, person="resident-1")
VOLUNTEER = Actor(Role.VOLUNTEER, person="volunteer-1")
IMPORTER = Actor(Role.IMPORTER)
BY_RESIDENT = Reporter(ReporterKind.RESIDENT, "resident-1", TEXT)
ANONYMOUS = Reporter(ReporterKind.ANONYMOUS)
TICK = timedelta(microseconds=1)

_DAYS = {
    **{date(2026, 9, 25) + timedelta(days=n): Day(DayKind.HOLIDAY, "中秋节") for n in range(3)},
    **{date(2026, 10, 1) + timedelta(days=n): Day(DayKind.HOLIDAY, "国庆节") for n in range(7)},
    date(2026, 9, 20): Day(DayKind.MAKE_UP, "国庆节"),
    date(2026, 10, 10): Day(DayKind.MAKE_UP, "国庆节"),
    date(2027, 1, 1): Day(DayKind.HOLIDAY, "元旦"),
}
CHINA = Calendar("cn-office", 1, "Asia/Shanghai", days=_DAYS, published=frozenset({2025, 2026}))


@cache
def playbook() -> Playbook:
    """The playbook that is deployed, as it stands in the repository."""
    return parse_playbook("playbook.toml", (AIBO_5 / "playbook.toml").read_text(encoding="utf-8"))


@cache
def site() -> Directory:
    """The station, with the calendar of 2026 as it was published."""
    found = parse_site("site.toml", (AIBO_5 / "site.toml").read_text(encoding="utf-8"))
    return found.directory({"cn-office": CHINA}, 1)


@cache
def context() -> Context:
    return Context(playbook(), site())


def at(text: str) -> datetime:
    """Local time of Shanghai as an instant: ``at("11-23 09:12")`` is in 2026."""
    local = datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    return local.astimezone(ZoneInfo("UTC"))


def local(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def handler(party: str) -> Actor:
    return Actor(Role.HANDLER, party, f"{party}-1")


@dataclass
class Case:
    """One order and everything that happened to it."""

    rules: Context = field(default_factory=context)
    order: Order | None = None
    now: datetime = field(default_factory=lambda: at("11-23 09:12"))
    history: list[tuple[e.Event, datetime]] = field(default_factory=list)
    notices: list[tuple[datetime, DesiredNotice]] = field(default_factory=list)

    @property
    def it(self) -> Order:
        assert self.order is not None
        return self.order

    def do(self, command: c.Command, actor: Actor, when: str | datetime | None = None) -> Decision:
        """Issue a command now, or at the instant; what was due before fires on time."""
        if when is not None:
            self.until(when)
        decision = decide(self.order, command, self.rules, now=self.now, actor=actor)
        self.order = decision.order
        self.history += [(one.event, self.now) for one in decision.events]
        self.notices += [(self.now, one) for one in decision.notices]
        return decision

    def until(self, when: str | datetime) -> None:
        """Let time pass, each timer firing as soon as it may."""
        end = at(when) if isinstance(when, str) else when
        assert end >= self.now, "time only goes forward"
        while (due := self._next()) is not None and due < end:
            self.now = max(self.now, due + TICK)
            self.do(c.FireDue(), SYSTEM)
        self.now = end

    def skip(self, when: str | datetime) -> None:
        """Let time pass with nobody awake: nothing fires."""
        self.now = at(when) if isinstance(when, str) else when

    def _next(self) -> datetime | None:
        if self.order is None:
            return None
        return min((one.next.at for one in self.order.deadlines.values() if one.next), default=None)

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────

    def status(self) -> OrderStatus:
        return self.it.status

    def of(self, party: str) -> Assignment:
        return self.it.assignments[party]

    def clock(self, party: str, kind: DeadlineKind) -> Deadline:
        (found,) = self.it.open_deadlines(party=party, kinds=frozenset({kind}))
        return found

    def clocks(self, party: str) -> dict[DeadlineKind, str]:
        """The party's open deadlines with their due instants in local time."""
        return {one.kind: local(one.due_at) for one in self.it.open_deadlines(party=party)}

    def events(self, kind: type[e.Event] | None = None) -> list[e.Event]:
        return [event for event, _ in self.history if kind is None or isinstance(event, kind)]

    def steps(self, party: str | None = None, kind: str | None = None) -> list[tuple[str, str]]:
        """The steps that were reached and not skipped, as (rung, local time at which it was due)."""
        return [(one.rung, local(one.due_at)) for one in self.stepped(party, kind) if not one.skipped]

    def stepped(self, party: str | None = None, kind: str | None = None) -> Iterator[e.StepReached]:
        for event, _ in self.history:
            wanted = isinstance(event, e.StepReached) and party in {None, event.party}
            if isinstance(event, e.StepReached) and wanted and kind in {None, event.kind}:
                yield event

    def told(self, since: str | datetime | None = None) -> list[str]:
        """Who was told what, as ``party:role why why``, from the instant on."""
        start = at(since) if isinstance(since, str) else since
        return [
            f"{one.party}:{one.role} {' '.join(one.why)}"
            for when, one in self.notices
            if start is None or when >= start
        ]


def report(
    category: str | None = "loose_fixture",
    *,
    severity: Severity = Severity.ORDINARY,
    origin: Origin = Origin.UNKNOWN,
    reporter: Reporter = BY_RESIDENT,
    when: str = "11-23 09:12",
    rules: Context | None = None,
    space: str = "table-tennis",
) -> Case:
    """An order that was reported and, if it can be, routed at the same instant."""
    case = Case(rules or context(), now=at(when))
    command = c.Report(space, TEXT, reporter, category, severity=severity, origin=origin)
    case.do(command, RESIDENT)
    case.do(c.RouteOrder(), SYSTEM)
    return case


def leak(when: str = "11-23 09:12", origin: Origin = Origin.PRE_EXISTING) -> Case:
    """漏水(年久): asset_company leads, property supports, autonomy_office is consulted; 1 WD, 15 WD."""
    return report("leak", origin=origin, when=when)


def photo(party: str | None, purpose: PhotoPurpose = PhotoPurpose.AFTER) -> c.AttachPhoto:
    return c.AttachPhoto(Photo("photo-1", "0" * 64, purpose, party, 1))


def finish(case: Case, party: str, when: str | datetime | None = None) -> None:
    """The party shows its work and says that it is done."""
    case.do(photo(party), handler(party), when)
    case.do(c.Done(party), handler(party))


def with_playbook(**changes: object) -> Context:
    """The rules with something of the playbook changed."""
    return Context(replace(playbook(), **changes), site())  # type: ignore[arg-type]
