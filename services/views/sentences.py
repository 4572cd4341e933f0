"""What happened, in plain words: one sentence a type of event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.domain.directory import Directory
from services.views import labels
from services.views.language import Language, Words, name_of, party_name, say, time_text

_SENTENCES: Mapping[str, Words] = {
    "OrderReported": ("已受理：{space}{reported_as}", "Reported: {space}{reported_as}"),
    "TriageRequested": ("请{party}定责：{why}", "{party} is to find out: {why}"),
    "OrderTriaged": (
        "{actor}定责：{category}，原因{origin}，{severity}",
        "{actor} triaged: {category}, origin {origin}, {severity}",
    ),
    "DangerConfirmed": ("{actor}确认有危险", "Danger confirmed by {actor}"),
    "OrderReclassified": (
        "{actor}更正为：{category}，原因{origin}，{severity}",
        "{actor} corrected it to {category}, origin {origin}, {severity}",
    ),
    "OrderRouted": ("按办理规则第{version}版派单", "Routed by version {version} of the playbook"),
    "OrderUnrouted": ("暂时无法派单（{reason}）", "Could not be routed ({reason})"),
    "OrderSplit": ("{actor}把其中一部分拆为 {into}", "{actor} split part of it off as {into}"),
    "OrderMerged": ("{actor}把它并入 {into}", "{actor} merged it into {into}"),
    "OrderAbsorbed": ("{source} 并入本单", "{source} was merged into this order"),
    "OrderSupervised": ("{actor}提请督办", "{actor} put it under supervision"),
    "OrderCancelled": ("{actor}作废本单", "{actor} cancelled it"),
    "FalseAlarmFound": ("{actor}查明为误报", "{actor} found it a false alarm"),
    "HelpConfirmed": ("问题得到答复，无异议", "It helped; nobody objected"),
    "OrderClosed": ("全部核查通过，结案", "All work verified: closed"),
    "CallbackRecorded": ("回访：{resolved}{satisfied}", "Callback: {resolved}{satisfied}"),
    "OrderReopened": ("重开，进入第二轮", "Reopened for another round"),
    "OutsideNumberAdded": ("外部编号：{outside}", "Outside number: {outside}"),
    "ContactRevealed": ("{actor}查看了报告人的{what}", "{actor} looked at the reporter's {what}"),
    "PersonalDataErased": ("已删除报告人的{what}（{why}）", "The reporter's {what} erased ({why})"),
    "AssignmentDispatched": ("派单给{party}（{duty}）{former}", "Dispatched to {party} ({duty}){former}"),
    "DutyChanged": ("{party}改为{duty}", "{party} now has the duty: {duty}"),
    "AssignmentAcknowledged": ("{party}接单", "{party} acknowledged"),
    "ReporterContacted": ("{party}已联系报告人", "{party} contacted the reporter"),
    "PartyArrived": ("{party}到场", "{party} is on site"),
    "PlaceMadeSafe": ("{party}已控险", "{party} made the place safe"),
    "WorkStarted": ("{party}开始处置", "{party} started work"),
    "NoteAdded": ("{actor}备注", "Note by {actor}"),
    "PhotoAttached": ("{actor}上传照片（{purpose}）", "Photo by {actor} ({purpose})"),
    "VisitAppointed": ("{party}预约 {at} 上门", "{party} comes on {at}"),
    "KeyHolderNamed": ("{party}：钥匙在谁处", "{party}: who has the key"),
    "HandlerNamed": ("{party}换了经办人", "{party} has another handler"),
    "CraftsmanNamed": ("{party}安排了维修师傅", "{party} named a craftsman"),
    "PlanProposed": (
        "{party}提出整改方案，{fix_by} 前完成",
        "{party} proposed a plan, to be done by {fix_by}",
    ),
    "PlanAgreed": ("{party}同意方案{in_force}", "{party} agreed to the plan{in_force}"),
    "AssignmentDone": ("{party}办结，等待核查", "{party} says it is done"),
    "AssignmentVerified": ("{party}的工作经{actor}核查通过", "{actor} verified the work of {party}"),
    "AssignmentRejected": ("{actor}核查未通过，退回{party}", "{actor} sent the work back to {party}"),
    "AssignmentReleased": ("{party}无需处置", "{party} is not needed"),
    "AssignmentWithdrawn": ("撤回{party}的承办单（{why}）", "{party} was taken off ({why})"),
    "TimeClaimed": (
        "{party}说：{done_what}是 {claimed_at} 的事，当时手机没有网络",
        "{party} says: {done_what} was at {claimed_at}, its phone had no line",
    ),
    "ClaimedTimeAccepted": (
        "{actor}认可{party}的现场时间：{done_what}按 {claimed_at} 计，不按收到的 {received_at}",
        "{actor} accepts the time of {party}: {done_what} counts from {claimed_at}, not from {received_at}",
    ),
    "RequestMade": ("{party}申请{request}{nominee}{until}", "{party} asked: {request}{nominee}{until}"),
    "RequestDecided": (
        "{actor}{granted}{party}的{request}申请",
        "{actor} {granted} {party}'s request: {request}",
    ),
    "RequestReferred": (
        "{party}的{request}申请改由{decider}批复",
        "{party}'s request ({request}) goes to {decider}",
    ),
    "RequestLapsed": (
        "{party}的{request}申请已无必要",
        "{party}'s request ({request}) had no object any more",
    ),
    "AssignmentHeld": (
        "{party}暂缓至 {until_at}，其他单位照常计时",
        "{party} on hold until {until_at}; only its clock stops",
    ),
    "AssignmentWaits": (
        "{party}等待{waits_for}，至 {until_at}",
        "{party} waits for {waits_for} until {until_at}",
    ),
    "AssignmentResumed": ("{party}恢复处置", "{party} goes on"),
    "DeadlineSet": ("{party}{kind}时限：{due_at}", "{party}: {kind} due {due_at}"),
    "DeadlineMoved": ("{party}{kind}时限改为 {due_at}", "{party}: {kind} now due {due_at}"),
    "DeadlinePaused": ("{party}{kind}停表", "{party}: {kind}, clock stopped"),
    "DeadlineResumed": ("{party}{kind}继续计时，{due_at} 到期", "{party}: {kind} goes on, due {due_at}"),
    "DeadlineEnded": ("{party}{kind}时限{outcome}", "{party}: {kind} {outcome}"),
    "StepReached": ("{party}{kind}{mark}{told}", "{party}: {kind}, {mark}{told}"),
    "OrderPublished": ("{actor}在公示板公布标题", "{actor} published a title on the public board"),
    "LatenessExplained": ("{party}作情况说明", "{party} explained why it is late"),
    "PartyNamed": ("{actor}公开{party}的名称和说明", "{actor} made {party}'s name and explanation public"),
    "MeetingCalled": ("{party}召集协调会", "{party} called a coordination meeting"),
    "MeetingLeft": ("协调会取消", "The coordination meeting was called off"),
    "MinutesFollowed": ("协调结果生效：{bound}", "What was settled takes effect: {bound}"),
    "PayerConfirmed": ("出资方：{payer}", "Who pays: {payer}"),
    "StepsStruck": ("{party}的超期记录撤销（派单有误）", "What stood against {party} was struck"),
}

_WHY: Mapping[str, Words] = {
    "category": ("类别未明", "the category is not known"),
    "origin": ("原因未明", "the origin is not known"),
    "danger": ("核实危险", "whether it is dangerous"),
    "no_route": ("没有适用的派单规则", "no route fits"),
    "no_acting_party": ("没有承办单位", "no party is left to act"),
    "returned": ("退单成立", "its return was upheld"),
    "reassigned": ("改派", "reassigned"),
    "withdrawn": ("不再承办", "withdrawn"),
    "minutes": ("协调会商定", "as settled at the meeting"),
    "rerouted": ("重新派单", "routed anew"),
    "asked": ("应本人要求", "as asked by the reporter"),
    "retention": ("保存期满", "kept long enough"),
}
_OUTCOME: Mapping[str, Words] = {
    "met": ("按时完成", "met"),
    "late": ("超期完成", "ended late"),
    "struck": ("取消", "struck"),
    "passed": ("已到", "passed"),
}
_YES_NO: Mapping[str, Mapping[bool, Words]] = {
    "resolved": {True: ("已解决", "resolved"), False: ("未解决", "not resolved")},
    "satisfied": {True: ("，满意", ", satisfied"), False: ("，不满意", ", not satisfied")},
    "granted": {True: ("同意", "granted"), False: ("不同意", "dismissed")},
    "in_force": {True: ("，方案生效", "; it is in force"), False: ("", "")},
}

VIA_LINK, VIA_CREW = "link", "crew_link"
_BY_LINK: Mapping[str | None, Words] = {
    VIA_LINK: ("（经消息中的链接办理）", ", by the link in a message"),
    VIA_CREW: ("（经施工链接办理）", ", by a crew link"),
}


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells events of one order in one language.

    `categories` are names by code; `subjects` says of a deadline or request by id whose
    it is and of what kind.
    """

    site: Directory
    categories: Mapping[str, str]
    site_code: str
    subjects: Mapping[int, tuple[str, str]]
    language: Language

    def tell(self, name: str, data: Mapping[str, Any], actor: Mapping[str, Any]) -> str:
        """The sentence; a type without one is shown by its name."""
        if name not in _SENTENCES:
            return name
        flat = _flat(name, data)
        if "party" not in flat and flat.get("id") in self.subjects:
            flat["party"], kind = self.subjects[flat["id"]]
            flat["request" if name.startswith("Request") else "kind"] = kind
        told = say(_SENTENCES[name], self.language).format_map(_Words(self, flat, actor))
        via = actor.get("via")
        return told + (say(_BY_LINK[via], self.language) if via in _BY_LINK else "")

    def party(self, code: str) -> str:
        """A party by name."""
        return party_name(code, self.site, self.language)

    def actor(self, actor: Mapping[str, Any]) -> str:
        """Who did it: the party, else the role."""
        if actor.get("party"):
            return self.party(actor["party"])
        return labels.label(labels.ROLE, actor["role"], self.language)

    def at(self, instant: str) -> str:
        """An instant of an event, in the site's time."""
        return time_text(datetime.fromisoformat(instant), self.site.zone, self.language)


def _flat(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The event's fields, with those of what it carries lifted up."""
    flat = dict(data)
    for inner in ("deadline", "request", "photo", "pin", "claim", "payment"):
        if isinstance(flat.get(inner), Mapping):
            flat |= flat.pop(inner)
    flat["former"] = flat.get("successor_of")
    if name in {"TimeClaimed", "ClaimedTimeAccepted"}:
        flat["done_what"] = flat.pop("what", "")
    if name == "MeetingCalled":
        flat["party"] = flat.pop("meeting", {}).get("by")
    if name == "OrderReported":
        flat["reported_as"] = flat.get("category")
    if name.startswith("Request"):
        flat["request"] = flat.pop("kind", "")
    return flat


class _Words(dict[str, str]):
    """The words of one event, made as the sentence asks for them."""

    def __init__(self, teller: Teller, data: Mapping[str, Any], actor: Mapping[str, Any]) -> None:
        super().__init__()
        self._teller, self._data, self._actor = teller, data, actor

    def __missing__(self, key: str) -> str:
        if key == "actor":
            return self._teller.actor(self._actor)
        if key == "until_at":
            return self._teller.at(self._data["until"])
        value = self._data.get(key)
        if key in _YES_NO:
            return say(_YES_NO[key][bool(value)], self._teller.language) if value is not None else ""
        if value is None:
            return ""
        make = _MAKERS.get(key)
        return make(self._teller, value) if make else str(value)


def _of(words: Mapping[str, Words]) -> Callable[[Teller, Any], str]:
    return lambda teller, code: labels.label(words, code, teller.language)


def _space(teller: Teller, code: str) -> str:
    return name_of(teller.site.spaces[code], teller.language) if code in teller.site.spaces else code


def _category(teller: Teller, code: str) -> str:
    return teller.categories.get(code, code)


def _reported_category(teller: Teller, code: str) -> str:
    return say(("，", ", "), teller.language) + _category(teller, code)


def _told(teller: Teller, recipients: list[str]) -> str:
    names = []
    for one in recipients:
        party, _, role = one.partition(":")
        names.append(
            f"{teller.party(party)}{say(('', ' '), teller.language)}{_of(labels.ROLE)(teller, role)}"
        )
    joined = say(("、", ", "), teller.language).join(names)
    return say(("，已通知", ", told "), teller.language) + joined if names else ""


def _nominee(teller: Teller, code: str) -> str:
    return say(("（指向", " ("), teller.language) + teller.party(code) + say(("）", ")"), teller.language)


def _until(teller: Teller, instant: str) -> str:
    return say(("，至 ", ", until "), teller.language) + teller.at(instant)


def _former(teller: Teller, code: str) -> str:
    return say(("，接替", ", taking over from "), teller.language) + teller.party(code)


def _private(teller: Teller, parts: list[str]) -> str:
    return say(("、", ", "), teller.language).join(
        labels.label(labels.PERSONAL_DATA, one, teller.language) for one in parts
    )


def _outside(_teller: Teller, outside: Mapping[str, str]) -> str:
    return f"{outside['system']} {outside['number']}"


def _order(teller: Teller, number: int) -> str:
    return f"{teller.site_code}-{number}"


def _payer(teller: Teller, code: str) -> str:
    return say(labels.PAYER[code], teller.language) if code in labels.PAYER else teller.party(code)


def _parties(teller: Teller, codes: list[str]) -> str:
    return say(("、", ", "), teller.language).join(map(teller.party, codes))


_MAKERS: Mapping[str, Callable[[Teller, Any], str]] = {
    "space": _space,
    "category": _category,
    "reported_as": _reported_category,
    "party": lambda teller, code: teller.party(code),
    "decider": lambda teller, code: teller.party(code),
    "waits_for": lambda teller, code: teller.party(code),
    "why": _of(_WHY),
    "reason": _of(_WHY),
    "origin": _of(labels.ORIGIN),
    "severity": _of(labels.SEVERITY),
    "duty": _of(labels.DUTY),
    "kind": _of(labels.DEADLINE),
    "request": _of(labels.REQUEST),
    "purpose": _of(labels.PURPOSE),
    "outcome": _of(_OUTCOME),
    "mark": _of(labels.MARK),
    "told": _told,
    "what": _private,
    "nominee": _nominee,
    "until": _until,
    "former": _former,
    "outside": _outside,
    "bound": _parties,
    "payer": _payer,
    "into": _order,
    "source": _order,
    "at": lambda teller, instant: teller.at(instant),
    "done_what": _of(labels.CLAIMED),
    "received_at": lambda teller, instant: teller.at(instant),
    "claimed_at": lambda teller, instant: teller.at(instant),
    "fix_by": lambda teller, instant: teller.at(instant),
    "due_at": lambda teller, instant: teller.at(instant),
}
