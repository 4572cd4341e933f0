"""How an order goes, in two plain sentences for residents: who has it now, what comes next by which day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.domain.orders import rules
from models.domain.orders.rules import Stage
from models.domain.orders.state import Assignment
from models.domain.words import DeadlineKind, OrderStatus
from services.views.catalogues import words_in
from services.views.found import Found
from services.views.language import day_text, say
from services.views.visits import visits_of

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Course:
    """Where an order stands."""

    now: str
    """Who has it, and at what."""
    then: str | None
    """What comes next, with its day and weekday; None where nothing is promised."""
    over: bool
    """Nothing is left to be done."""


def course_of(found: Found) -> Course:
    """Where the order stands.

    While it is late no party is named: beside a red order the name waits for the autonomy office (domain.md).
    """
    _ = words_in(found.language).gettext
    order = found.order
    if order.ended:
        return Course(_ended(found, _), None, over=True)
    return Course(_now(found, _), _then(found, _), over=False)


def _ended(found: Found, _: Say) -> str:
    if found.order.status is OrderStatus.CLOSED and found.order.closed_at:
        return _("{day} 办好了，也核查过了").format(day=_day(found, found.order.closed_at))
    if found.order.status is OrderStatus.MERGED:
        return _("和另一件合在一起办了")
    return _("这件不用办了")


def _visit(found: Found, _: Say) -> str | None:
    """When somebody comes, as it was arranged."""
    visit = next(visits_of(found), None)
    if visit is None:
        return None
    return _("{who} {when}上门").format(who=_who(found, {visit.party.code}, _), when=visit.text)


def _now(found: Found, _: Say) -> str:
    order, lead = found.order, found.order.lead()
    who = _who(found, rules.holders(order, found.context), _)
    if order.status is OrderStatus.TRIAGE:
        return _("{who}正在查原因").format(who=who)
    if lead is None or order.status in {OrderStatus.REPORTED, OrderStatus.UNROUTED}:
        return _("已经收到，正在安排谁来办")
    if order.status is OrderStatus.AWAITING_REVIEW:
        return _checking(found, _)
    return _working(found, lead, _)


def _checking(found: Found, _: Say) -> str:
    """Who looks at what was done: where it is no party, whoever reported it."""
    parties = rules.holders(found.order, found.context)
    if found.order.colour == "red":
        return _("做完了，等核查")
    if not parties:
        return _("做完了，等报的人看一看")
    return _("做完了，等{who}核查").format(who=_who(found, parties, _))


def _working(found: Found, lead: Assignment, _: Say) -> str:
    who = _who(found, {lead.party}, _)
    visit = _visit(found, _)
    if visit is not None:
        return visit
    match rules.stage(found.order, lead):
        case Stage.BEFORE_ACKNOWLEDGEMENT:
            words = _("已经交给{who}，等他们接手")
        case Stage.HELD:
            words = _("{who}暂时停一停，原因已经核过")
        case Stage.WAITING:
            words = _("{who}在等别的单位配合")
        case Stage.UNDER_DECISION:
            words = _("{who}提了申请，等批复")
        case Stage.UNDER_REVIEW:
            words = _("{who}做完了，等核查")
        case _:
            words = _("{who}到过现场，正在处理") if lead.arrived_at else _("{who}正在处理")
    return words.format(who=who)


def _then(found: Found, _: Say) -> str | None:
    order = found.order
    if order.colour == "red":
        return _("已经超过日期，居委会在催办")
    if order.plan is not None and order.plan.in_force:
        return _("整改方案定了，{day} 前完成").format(day=_day(found, order.plan.fix_by))
    if order.promised_at:
        return _("最晚 {day} 办好").format(day=_day(found, order.promised_at))
    triage = [one.due_at for one in order.open_deadlines(kinds=frozenset({DeadlineKind.TRIAGE}))]
    review = [one.due_at for one in order.open_deadlines(kinds=frozenset({DeadlineKind.REVIEW}))]
    if triage:
        return _("最晚 {day} 查明原因").format(day=_day(found, max(triage)))
    return _("最晚 {day} 核查完").format(day=_day(found, max(review))) if review else None


def _who(found: Found, parties: frozenset[str] | set[str], _: Say) -> str:
    if found.order.colour == "red" or not parties:
        return _("承办单位")
    return say(("、", ", "), found.language).join(one.name for one in found.parties(parties))


def _day(found: Found, at: datetime) -> str:
    return day_text(at, found.zone, found.language)
