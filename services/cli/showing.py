"""`lianban show`: an order on 80 columns, a block a party, then what happened so far."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from models.domain.streams import StreamKey
from models.domain.words import ENDED
from services.callers import Caller
from services.cli.timeline import Timeline
from services.cli.words import Speaker, dated, listed
from services.execute import Shop
from services.store.transactions import transaction
from services.views import labels
from services.views.events import read_events
from services.views.found import Found, find
from services.views.language import Language, Words, say, span_text
from services.views.models import (
    AssignmentView,
    DeadlineView,
    EventView,
    OrderView,
    PlanView,
    RequestView,
    StepView,
)
from services.views.order import view_of

INDENT = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """An order with its ledger."""

    order: OrderView
    events: list[EventView]
    found: Found


def read(shop: Shop, caller: Caller, key: StreamKey, language: Language) -> Shown:
    """The order and its events up to that state. Raises UnknownStream."""
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, language)
        # What was added since the state was read belongs to the next look.
        events = [one for one in read_events(sql, found) if one.seq <= found.events]
        return Shown(view_of(sql, found, caller.at(key.site_id)), events, found)


def as_json(shown: Shown) -> str:
    """The order as the API answers it, with its events as `ledger`."""
    image = shown.order.model_dump(mode="json")
    image["ledger"] = [one.model_dump(mode="json") for one in shown.events]
    return json.dumps(image, ensure_ascii=False, indent=2)


def tell(console: Console, shown: Shown, *, with_events: bool) -> None:
    """Print it."""
    page = _Page(shown, console.width)
    for part in page.parts():
        console.print(part)
    if with_events:
        for part in Timeline(shown.found, shown.events).parts():
            console.print(part)


def packed(sentences: Iterable[str], between: str, width: int) -> list[str]:
    """Sentences in lines of `width` cells; none is broken that fits a line."""
    lines = [""]
    for sentence in sentences:
        joined = f"{lines[-1]}{between}{sentence}" if lines[-1] else sentence
        if cell_len(joined) <= width - cell_len(between.strip()):
            lines[-1] = joined
        else:
            lines[-1] += between.strip() if lines[-1] else ""
            lines.append(sentence)
    return [line for line in lines if line]


class _Page(Speaker):
    """The order as lines."""

    def __init__(self, shown: Shown, width: int) -> None:
        super().__init__(shown.found)
        self._order, self._width = shown.order, width
        self._explained: dict[tuple[str, ...], str] = {}

    def parts(self) -> Iterator[RenderableType]:
        """The header, then a block for each party."""
        yield from self._header()
        for one in self._order.assignments:
            yield ""
            yield from self._party(one)
        for due in self._order.deadlines:
            yield ""
            yield Rule(Text(self._name(due.party), "bold"), align="left", style="dim", characters="─")
            yield self._deadline(due)
        yield from self._section(("请求", "Requests"), [self._request(one) for one in self._order.requests])
        yield from self._section(("整改方案", "Plan"), self._plan(self._order.plan))
        yield from self._section(("照片", "Photos"), [self._photos()] if self._order.photos else [])

    # ── the header ───────────────────────────────────────────────────────────────────────────────────────

    def _header(self) -> Iterator[RenderableType]:
        order = self._order
        yield Text.assemble((order.code, "bold"), "  ", (self._title(), "bold"))
        state = Text(order.status_name, "bold")
        if order.status not in ENDED:
            state.append("  ").append(self._colour(order.colour))
        if order.supervised:
            state.append(self._say("  督办", "  under supervision"), "bold red")
        yield state
        yield self._facts()

    def _title(self) -> str:
        order = self._order
        return order.title or (order.category.name if order.category else order.space.name)

    def _facts(self) -> Table:
        order, found = self._order, self._found
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        category = order.category.name if order.category else self._say("类别待定", "not known yet")
        severity = labels.label(labels.SEVERITY, order.severity, self._language)
        origin = labels.label(labels.ORIGIN, order.origin, self._language)
        danger = "bold red" if order.severity == "danger" else ""
        table.add_row(self._say("空间", "room"), order.space.name)
        table.add_row(
            self._say("类别", "category"),
            Text.assemble(category, " · ", (severity, danger), " · ", self._say("原因", "origin "), origin),
        )
        if order.description:
            table.add_row(self._say("描述", "in words"), Text(order.description))
        reported = f"{self._at(order.reported_at)}, {self._reporter()}"
        table.add_row(self._say("报告", "reported"), reported)
        table.add_row(self._say("牵头", "coordinator"), Text(order.coordinator.name))
        balls = listed([one.name for one in order.holders], self._language)
        if order.status not in ENDED:
            table.add_row(self._say("待办方", "ball with"), balls or self._say("无", "nobody"))
            day = self._day(order.promised_at) if order.promised_at else None
            promised = day or self._say("尚未定", "not yet set")
            table.add_row(self._say("承诺", "promised"), Text(promised, "bold"))
        for head, words in self._more():
            table.add_row(head, words)
        # By the real year: a clock that is not live may stand in any.
        as_of = dated(found.now, found.zone, self._language, datetime.now(UTC))
        as_of = f"{as_of} {self._clock(found.now)}{self._kind_of_clock()}"
        table.add_row(self._say("截至", "as of"), Text(as_of, "dim"))
        return table

    def _more(self) -> Iterator[tuple[str, str]]:
        """What only some orders have."""
        order = self._order
        if order.unrouted:
            yield self._say("未派单", "not routed"), order.unrouted
        if order.round > 1:
            yield self._say("轮次", "round"), self._say(f"第 {order.round} 轮", str(order.round))
        for one in order.outside:
            due = f", {self._at(one.due_at)}" if one.due_at else ""
            yield self._say("外部编号", "outside"), f"{one.system} {one.number}{due}"
        if order.closed_at:
            yield self._say("结案", "closed"), self._at(order.closed_at)
        if order.resolved is not None:
            yield self._say("回访", "callback"), self._answer()
        kin: tuple[tuple[Words, list[str]], ...] = (
            (("并入", "merged into"), [order.merged_into] if order.merged_into else []),
            (("并进", "absorbed"), order.absorbed),
            (("拆自", "split from"), [order.split_from] if order.split_from else []),
            (("拆出", "split into"), order.split_into),
        )
        yield from (
            (say(head, self._language), listed(codes, self._language)) for head, codes in kin if codes
        )
        if order.playbook:
            version = self._say(f"第 {order.playbook.version} 版", f"version {order.playbook.version}")
            yield self._say("办理规则", "playbook"), f"{order.playbook.code} {version}"

    def _answer(self) -> str:
        order = self._order
        words = self._say("已解决", "resolved") if order.resolved else self._say("未解决", "not resolved")
        if order.satisfied is None:
            return words
        happy = self._say("满意", "satisfied") if order.satisfied else self._say("不满意", "not satisfied")
        return listed([words, happy], self._language)

    def _reporter(self) -> str:
        kinds: dict[str, Words] = {
            "anonymous": ("匿名", "anonymous"),
            "resident": ("居民", "a resident"),
            "volunteer": ("志愿者", "a volunteer"),
            "member": ("单位成员", "a member of a party"),
        }
        return say(kinds[self._order.reporter.kind], self._language)

    def _kind_of_clock(self) -> str:
        clocks: dict[str, Words] = {
            "virtual": ("（虚拟时钟）", " (virtual clock)"),
            "frozen": ("（时钟已冻结）", " (frozen clock)"),
        }
        return say(clocks.get(self._found.site.clock, ("", "")), self._language)

    # ── a party ──────────────────────────────────────────────────────────────────────────────────────────

    def _party(self, one: AssignmentView) -> Iterator[RenderableType]:
        over = one.ended_at is not None
        head = Text.assemble((one.duty_name, "dim"), " ", (one.party.name, "bold"), "  ", one.state_name)
        if one.deadlines and not over:
            head.append("  ").append(self._colour(one.colour))
        yield Rule(head, align="left", style="dim", characters="─")
        notes = self._notes(one)
        if notes:
            yield Padding(Text("  ".join(notes), "dim"), (0, 0, 0, INDENT))
        for deadline in one.deadlines:
            yield self._deadline(deadline)

    def _notes(self, one: AssignmentView) -> list[str]:
        dates: tuple[tuple[Words, datetime | None], ...] = (
            (("派单", "dispatched"), one.dispatched_at),
            (("接单", "acknowledged"), one.acknowledged_at),
            (("办结", "done"), one.done_at),
        )
        found = [f"{say(words, self._language)} {self._at(at)}" for words, at in dates if at is not None]
        if one.waits_for:
            found.append(self._say("等待", "waits for ") + one.waits_for.name)
        if one.rejections:
            found.append(self._say(f"退回 {one.rejections} 次", f"sent back {one.rejections}×"))
        if one.state == "done" and one.verifiers:
            who = listed([each.name for each in one.verifiers], self._language)
            found.append(self._say("可核查：", "may verify: ") + who)
        return found

    def _deadline(self, one: DeadlineView) -> RenderableType:
        line = Text.assemble((one.name, "bold"))
        if one.subject:
            line.append(f" ({self._name(one.subject)})")
        line.append("  ").append(self._at(one.due_at) if one.due_at else self._say("停表", "clock stopped"))
        line.append("  ").append(self._left(one))
        line.append("  ").append(self._colour(one.colour))
        lines = [Text(words, "dim") for words in self._why(one)]
        if one.next is not None:
            lines.append(Text(self._next(one.next), "dim"))
        return Group(Padding(line, (0, 0, 0, INDENT)), Padding(Group(*lines), (0, 0, 0, INDENT * 2)))

    def _why(self, one: DeadlineView) -> list[str]:
        """The sentences, as many a line as fit; told for another deadline, not again."""
        told = tuple(one.explain)
        if told in self._explained:
            return [self._say("同 ", "as for ") + self._explained[told]]
        self._explained[told] = f"{self._name(one.party)} {one.name}"
        return packed(told, self._say("；", "; "), self._width - 2 * INDENT)

    def _left(self, one: DeadlineView) -> Text:
        """How long there is, by the wall clock; while it is stopped, on the limit's own clock."""
        seconds = one.left_seconds
        if one.due_at is not None:
            seconds = int((one.due_at - self._found.now).total_seconds())
        if seconds is None:
            return Text("")
        span = span_text(abs(seconds), self._language)
        if seconds < 0:
            return Text(self._say(f"已超 {span}", f"{span} late"), "bold red")
        return Text(self._say(f"还剩 {span}", f"{span} left"))

    def _next(self, step: StepView) -> str:
        mark = (
            labels.label(labels.MARK, step.mark, self._language)
            if step.mark
            else self._say("到期生效", "takes effect")
        )
        told = listed([self._told(one) for one in step.tells], self._language)
        arrow = f" → {told}" if told else ""
        return f"{self._say('下一步', 'next:')} {self._at(step.at)} {mark}{arrow}"

    def _told(self, recipient: str) -> str:
        party, _, role = recipient.partition(":")
        return f"{self._name(party)}{self._say('', ' ')}{labels.label(labels.ROLE, role, self._language)}"

    # ── what hangs on it ─────────────────────────────────────────────────────────────────────────────────

    def _section(self, head: Words, lines: list[Text]) -> Iterator[RenderableType]:
        if lines:
            yield ""
            yield Rule(Text(say(head, self._language), "bold"), align="left", style="dim", characters="─")
            yield from (Padding(line, (0, 0, 0, INDENT)) for line in lines)

    def _request(self, one: RequestView) -> Text:
        parts = [self._at(one.asked_at), f"{self._short(one.party)} {one.name}{self._reason(one.reason)}"]
        if one.nominee:
            parts.append(f"→ {self._short(one.nominee)}")
        if one.until:
            parts.append(self._say(f"至 {self._at(one.until)}", f"until {self._at(one.until)}"))
        parts.append(
            self._say(f"由{self._short(one.decider)}批复", f"to be decided by {self._short(one.decider)}")
        )
        if one.text:
            parts.append(self._quoted(one.text))
        return Text("  ".join(parts))

    def _reason(self, code: str) -> str:
        """The reason of a hold, from the playbook's list; any other is in words."""
        rule = self._found.context.playbook.hold
        names = rule.reasons.get(code, {}) if rule else {}
        name = names.get(self._language)
        return self._say(f"（{name}）", f" ({name})") if name else ""

    def _plan(self, plan: PlanView | None) -> list[Text]:
        if plan is None:
            return []
        agreed = listed([self._short(one) for one in plan.agreed], self._language)
        force = (
            self._say("已生效", "in force")
            if plan.in_force
            else self._say("待各方同意", "not agreed by all yet")
        )
        by = self._say(f"{self._at(plan.fix_by)} 前完成", f"done by {self._at(plan.fix_by)}")
        lines = [
            Text("  ".join((self._short(plan.party), by, force, self._say("同意：", "agreed: ") + agreed)))
        ]
        return [*lines, Text(plan.text)] if plan.text else lines

    def _photos(self) -> Text:
        """How many of each purpose, by party."""
        counts: dict[str, int] = {}
        for one in self._order.photos:
            purpose = labels.label(labels.PURPOSE, one.purpose, self._language)
            whose = self._name(one.party) if one.party else self._say("报告人", "the reporter")
            counts[f"{whose} {purpose}"] = counts.get(f"{whose} {purpose}", 0) + 1
        return Text(listed([f"{words} × {number}" for words, number in counts.items()], self._language))
