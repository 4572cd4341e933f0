"""Every action with its body and the command that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.domain.orders import commands as c
from models.domain.streams import TextRef
from models.domain.words import RequestKind
from services.actions import bodies as b
from services.store.private import CRAFTSMAN, PrivateText, private_text


@dataclass(slots=True)
class Texts:
    """The texts of an action, made into rows beside the ledger while its command is built."""

    rows: list[PrivateText] = field(default_factory=list)

    def keep(self, body: str) -> TextRef:
        """A reference for a text that was given."""
        row = private_text(body)
        self.rows.append(row)
        return row.ref

    def keep_person(self, body: str) -> TextRef:
        """A reference for who does the work on site: sealed, and never among an order's texts."""
        row = private_text(body, CRAFTSMAN)
        self.rows.append(row)
        return row.ref

    def keep_if(self, body: str | None) -> TextRef | None:
        """A reference for a text, if one was given."""
        return None if body is None else self.keep(body)


@dataclass(frozen=True, slots=True)
class Action:
    """An action by name. `build(body, party, texts)` gives its command; `party` is None for the order."""

    name: str
    label: str
    summary: str
    body: type[b.Body]
    build: Callable[[Any, Any, Texts], c.Command]


def _request(kind: RequestKind) -> Callable[[Any, str, Texts], c.Command]:
    def build(body: Any, party: str, texts: Texts) -> c.Command:  # noqa: ANN401 - one of four bodies
        hold = kind is RequestKind.HOLD
        return c.MakeRequest(
            party,
            kind,
            reason=body.reason if hold else "in_words",
            text=texts.keep_if(body.note) if hold else texts.keep(body.reason),
            nominee=getattr(body, "nominee", None),
            until=getattr(body, "until", None),
        )

    return build


_ORDER = (
    Action("triage", "定责", "Say category, origin and severity.", b.TriageBody,
           lambda x, _, t: c.Triage(x.category, x.origin, x.severity, t.keep_if(x.note))),
    Action("reclassify", "改派类别", "Correct category, origin or severity; it is routed again.",
           b.ReclassifyBody,
           lambda x, _, t: c.Reclassify(t.keep(x.reason), x.category, x.origin, x.severity)),
    Action("supervise", "督办", "Raise the order to supervision.", b.OptionalReasonBody,
           lambda x, _, t: c.Supervise(t.keep_if(x.reason))),
    Action("false-alarm", "误报", "There is nothing.", b.ReasonBody,
           lambda x, _, t: c.FalseAlarm(t.keep(x.reason))),
    Action("cancel", "作废", "Reported by mistake, or taken back.", b.ReasonBody,
           lambda x, _, t: c.Cancel(t.keep(x.reason))),
    Action("callback", "回访", "What the reporter says.", b.CallbackBody,
           lambda x, _, t: c.Callback(x.resolved, x.satisfied, t.keep_if(x.note))),
    Action("reopen", "重开", "Not resolved after all: a second round.", b.ReasonBody,
           lambda x, _, t: c.Reopen(t.keep(x.reason))),
    Action("outside-number", "外部编号", "The number in another system; the earlier due date wins.",
           b.OutsideNumberBody, lambda x, _, __: c.AddOutsideNumber(x.system, x.number, x.due_at)),
    Action("note", "备注", "A remark, and who is told of it.", b.CommentBody,
           lambda x, _, t: c.Note(t.keep(x.note), None, tuple(dict.fromkeys(x.mentions)))),
    Action("publish", "公布", "What the public board calls it; without a title, nothing.", b.PublishBody,
           lambda x, _, t: c.Publish(t.keep_if(x.title))),
)  # fmt: skip

_ASSIGNMENT = (
    Action("acknowledge", "接单", "Take it on.", b.Nothing, lambda _, p, __: c.Acknowledge(p)),
    Action("contact", "先行联系", "The reporter was called or messaged.", b.NoteBody,
           lambda x, p, t: c.Contact(p, t.keep_if(x.note))),
    Action("arrive", "到场", "Somebody is on site.", b.Nothing, lambda _, p, __: c.Arrive(p)),
    Action("make-safe", "控险", "Fenced off, closed, valve or power shut.", b.NoteBody,
           lambda x, p, t: c.MakeSafe(p, t.keep_if(x.note))),
    Action("start", "开工", "Begin, take up rejected work, or end a hold or wait early.", b.Nothing,
           lambda _, p, __: c.Start(p)),
    Action("note", "备注", "A remark on the party's part, and who is told of it.", b.CommentBody,
           lambda x, p, t: c.Note(t.keep(x.note), p, tuple(dict.fromkeys(x.mentions)))),
    Action("appoint", "预约", "When somebody comes, as agreed with the reporter.", b.AppointBody,
           lambda x, p, t: c.Appoint(p, x.at, t.keep_if(x.note))),
    Action("key", "钥匙", "Who has the key.", b.RemarkBody,
           lambda x, p, t: c.NameKeyHolder(p, t.keep(x.note))),
    Action("transfer", "转交", "Who of the party handles it.", b.TransferBody,
           lambda x, p, _: c.Transfer(p, x.member)),
    Action("craftsman", "维修师傅", "Who does the work on site.", b.CraftsmanBody,
           lambda x, p, t: c.NameCraftsman(p, t.keep_person(x.model_dump_json(exclude_none=True)))),
    Action("own-number", "本单位编号", "The number in the party's own system.", b.OwnNumberBody,
           lambda x, p, _: c.AddOwnNumber(p, x.system, x.number)),
    Action("propose-plan", "提交整改方案", "What will be done, and by when.", b.PlanBody,
           lambda x, p, t: c.ProposePlan(p, t.keep(x.plan), x.fix_by)),
    Action("agree-plan", "同意方案", "Agree to the plan on the table.", b.Nothing,
           lambda _, p, __: c.AgreePlan(p)),
    Action("done", "办结", "The work is done, as the fixer says.", b.NoteBody,
           lambda x, p, t: c.Done(p, t.keep_if(x.note))),
    Action("verify", "核查通过", "Checked by somebody else than the fixer.", b.Nothing,
           lambda _, p, __: c.Verify(p)),
    Action("reject", "核查不通过", "Back to the fixer with the redo limit.", b.ReasonBody,
           lambda x, p, t: c.Reject(p, t.keep(x.reason))),
    Action("return", "退单", "Another party is responsible.", b.ReturnBody, _request(RequestKind.RETURN)),
    Action("hold", "暂缓", "Ask for a hold, for a reason of the list.", b.HoldBody,
           _request(RequestKind.HOLD)),
    Action("extend", "延期", "Ask for more time, before the limit.", b.ExtendBody,
           _request(RequestKind.EXTEND)),
    Action("wait", "等待他方", "Ask to wait for another party.", b.WaitBody, _request(RequestKind.WAIT)),
    Action("decide", "批复", "Grant or dismiss the party's request.", b.DecideBody,
           lambda x, p, t: c.Decide(p, x.granted, t.keep_if(x.reason), x.designate)),
    Action("reassign", "改派", "Another party takes over with a new clock.", b.ReassignBody,
           lambda x, p, t: c.Reassign(p, x.to, t.keep(x.reason))),
    Action("withdraw", "撤回", "Take the party off the order.", b.WithdrawBody,
           lambda x, p, t: c.Withdraw(p, t.keep(x.reason), x.nominee)),
    Action("release", "无需处置", "A support party that the lead does not need.", b.OptionalReasonBody,
           lambda x, p, t: c.Release(p, t.keep_if(x.reason))),
    Action("accept-time", "认可现场时间", "The times that the party names count.", b.Nothing,
           lambda _, p, __: c.AcceptClaimedTime(p)),
    Action("set-limit", "设定时限", "Set a limit by hand, with a reason.", b.SetLimitBody,
           lambda x, p, t: c.SetLimit(p, x.kind, x.due_at, t.keep_if(x.reason))),
    Action("explain", "情况说明", "Why the party is late, for the public; the autonomy office releases it.",
           b.RemarkBody, lambda x, p, t: c.Explain(p, t.keep(x.note))),
    Action("name-party", "公开单位", "Let the late party's name be read in public, with what it explained.",
           b.Nothing, lambda _, p, __: c.NameParty(p)),
)  # fmt: skip

ORDER_ACTIONS: Mapping[str, Action] = {action.name: action for action in _ORDER}
ASSIGNMENT_ACTIONS: Mapping[str, Action] = {action.name: action for action in _ASSIGNMENT}
SPLIT, MERGE = "split", "merge"
"""Two order actions that touch two streams at once; `services.desk` builds them."""


def body_type(action: str, party: str | None) -> type[b.Body] | None:
    """What an action takes, on a party's assignment or on the order; None: there is no such action."""
    others: Mapping[str, type[b.Body]] = {SPLIT: b.SplitBody, MERGE: b.MergeBody}
    if party is None and action in others:
        return others[action]
    table = ORDER_ACTIONS if party is None else ASSIGNMENT_ACTIONS
    return table[action].body if action in table else None
