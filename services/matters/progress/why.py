"""Why something is late or waits, in words for everybody: from the order's state alone, nothing is typed."""

from collections.abc import Iterator, Mapping

from models.domain.orders.rules import Context
from models.domain.orders.state import Assignment, Order
from models.domain.words import AssignmentState, OrderStatus
from services.matters.progress.folding import Then
from services.views import labels
from services.views.catalogues import later as _
from services.views.catalogues import words_in
from services.views.language import Language, day_text

A = AssignmentState
_PAST = _("{limit}时限 {day} 已过")
_HELD = _("经批准暂缓到 {day}：{reason}")
_STATES: Mapping[AssignmentState, str] = {
    A.DISPATCHED: _("已派单，还没有接单"),
    A.RETURN_REQUESTED: _("由哪家来办还在定"),
    A.WAITING: _("在等另一家单位先做完"),
    A.REJECTED: _("核查没有通过，正在返工"),
    A.DONE: _("已经做好，等核查"),
}
_STATUSES: Mapping[OrderStatus, str] = {
    OrderStatus.TRIAGE: _("原因还在查"),
    OrderStatus.UNROUTED: _("由谁来办还在定"),
    OrderStatus.REOPENED: _("居民说没有解决，重新办理"),
}
_SUPERVISED = _("街道正在督办")


def reasons(then: Then, context: Context, language: Language) -> list[str]:
    """The sentences about an order that has not ended; each once."""
    return list(dict.fromkeys(_sentences(then, context, language)))


def _sentences(then: Then, context: Context, language: Language) -> Iterator[str]:
    say, order = words_in(language).gettext, then.state
    yield from _passed(order, context, language)
    if order.status in _STATUSES:
        yield say(_STATUSES[order.status])
    for one in sorted(order.acting(), key=lambda one: one.duty != "lead"):
        if one.state is A.HELD:
            yield _held(then, one, context, language)
        elif one.state in _STATES:
            yield say(_STATES[one.state])
    if order.supervised:
        yield say(_SUPERVISED)


def _passed(order: Order, context: Context, language: Language) -> Iterator[str]:
    """Each kind of limit that was passed, with the day of the earliest."""
    late = sorted((one for one in order.deadlines.values() if one.late), key=lambda one: one.due_at)
    for kind in dict.fromkeys(one.kind for one in late):
        at = next(one.due_at for one in late if one.kind is kind)
        yield (
            words_in(language)
            .gettext(_PAST)
            .format(
                limit=labels.label(labels.DEADLINE, kind, language),
                day=day_text(at, context.site.zone, language),
            )
        )


def _held(then: Then, one: Assignment, context: Context, language: Language) -> str:
    reason, until = then.holds[one.party]
    holds = context.playbook.hold
    names = holds.reasons.get(reason, {}) if holds else {}
    return (
        words_in(language)
        .gettext(_HELD)
        .format(day=day_text(until, context.site.zone, language), reason=names.get(language, reason))
    )
