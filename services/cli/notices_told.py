"""The service record 送达记录 of an order on 80 columns: a block a notice, in it each message's life."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from services.cli.words import Speaker
from services.views.found import Found
from services.views.language import Words, say
from services.views.models import DeliveryStepView, DeliveryView, NoticesView, NoticeView

_KINDS: Mapping[str, Words] = {
    "recorder": ("记录器", "recorder"),
    "dingtalk": ("钉钉", "DingTalk"),
    "wecom_bot": ("企业微信", "WeCom"),
    "feishu": ("飞书", "Feishu"),
    "sms": ("短信", "SMS"),
    "email": ("邮件", "e-mail"),
    "webhook": ("接口", "webhook"),
    "spoken": ("电话", "telephone"),
}
_STATES: Mapping[str, Words] = {
    "waiting": ("待发", "waiting"),
    "nobody": ("无人可送：没有任何渠道", "nobody could be told: there is no channel"),
    "dropped": ("已由运维撤下，未发", "dropped by the operator, not sent"),
    "moot": ("到时已不属实，未发", "no longer true when its hour came, not sent"),
}
_STEPS: Mapping[str, tuple[Words, str]] = {
    "queued": (("排队", "queued"), "dim"),
    "leased": (("发出", "sent off"), "dim"),
    "accepted": (("服务已接收", "accepted by the service"), "green"),
    "refused": (("被拒", "refused"), "red"),
    "unknown": (("不明：可能已到，也可能未到", "unknown: it may have arrived or not"), "yellow"),
    "told": (("已告知", "told"), "green"),
    "by_hand": (("待人工告知", "to be told by a person"), "yellow"),
    "dead": (("放弃：已无其他渠道", "given up: no other channel is left"), "bold red"),
    "opened": (("已打开", "opened"), "green"),
    "acted": (("已办理", "acted"), "bold green"),
}


class Record(Speaker):
    """The service record as lines."""

    def __init__(self, found: Found, view: NoticesView, people: Mapping[str, str]) -> None:
        super().__init__(found)
        self._view, self._people = view, people

    def parts(self) -> Iterator[RenderableType]:
        """A title, then a block for each notice."""
        count = len(self._view.items)
        title = self._say(f"送达记录 {count} 条", f"service record, {count} notices")
        yield Text.assemble((self._found.code, "bold"), "  ", (title, "bold"))
        for notice in self._view.items:
            yield ""
            yield Rule(Text(self._head(notice), "bold"), align="left", style="dim", characters="─")
            yield from self._body(notice)

    def _head(self, notice: NoticeView) -> str:
        return "  ".join((self._at(notice.created_at), self._short(notice.party), notice.text))

    def _body(self, notice: NoticeView) -> Iterator[RenderableType]:
        if notice.state in _STATES:
            words = say(_STATES[notice.state], self._language)
            until = f" → {self._at(notice.send_at)}" if notice.state == "waiting" else ""
            yield Padding(Text(words + until, "" if notice.state == "waiting" else "yellow"), (0, 0, 0, 2))
        for one in notice.deliveries:
            yield Padding(self._to(one), (0, 0, 0, 2))
            yield Padding(self._life(notice, one), (0, 0, 0, 4))

    def _to(self, one: DeliveryView) -> Text:
        """To whom, over what, and what came before."""
        person = self._people.get(one.person or "", one.person) or self._say("本单位", "the party itself")
        kind = say(_KINDS[one.kind], self._language) if one.kind in _KINDS else one.kind
        text = Text.assemble((person, "cyan"), "  ", kind, (f"  #{one.id}", "dim"))
        if one.instead_of is not None:
            text.append(self._say(f"  接替 #{one.instead_of}", f"  instead of #{one.instead_of}"), "dim")
        if one.digest_id is not None:
            text.append(self._say(f"  合并于 #{one.digest_id}", f"  with #{one.digest_id}"), "dim")
        return text

    def _life(self, notice: NoticeView, one: DeliveryView) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_row(self._moment(one.created_at, notice), self._stepped("queued"))
        for step in one.steps:
            table.add_row(self._moment(step.at, notice), self._step(step, one.kind))
        return table

    def _step(self, step: DeliveryStepView, kind: str) -> Text:
        text = self._stepped("told" if (kind, step.step) == ("spoken", "accepted") else step.step)
        if step.step == "leased":
            tried = self._say(f"第 {step.attempt} 次", f"try {step.attempt}")
            text.append(f"  {tried}  {step.token}", "dim")
        if step.words:
            text.append(f"  {self._quoted(step.words)}")
        return text

    def _stepped(self, step: str) -> Text:
        words, style = _STEPS[step]
        return Text(say(words, self._language), style)

    def _moment(self, at: datetime, notice: NoticeView) -> str:
        """To the second; with its day where that is another than the notice's."""
        zone = ZoneInfo(self._found.zone)
        clock = f"{at.astimezone(zone):%H:%M:%S}"
        same_day = at.astimezone(zone).date() == notice.created_at.astimezone(zone).date()
        return clock if same_day else f"{self._day(at)} {clock}"
