"""One order, whole: six queries, whatever happened to it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.orders import ladder, rules
from models.domain.orders.rules import Context
from models.domain.orders.state import Assignment, Deadline, NextStep, Order, Photo, Plan, Request
from models.domain.streams import Actor, StreamKey, TextRef
from models.domain.words import OVER, Duty, OrderStatus
from services.actions.table import ASSIGNMENT_ACTIONS, ORDER_ACTIONS
from services.callers import Caller
from services.execute import Shop
from services.store.contexts import Sql
from services.store.private import read_texts
from services.store.transactions import transaction
from services.views import labels
from services.views.allowed import Possible, possible
from services.views.claims import claims_of
from services.views.explaining import Changes, read_changes, sentences
from services.views.found import Found, find
from services.views.language import Language, day_text, name_of, time_text
from services.views.models import (
    AllowedView,
    AssignmentView,
    Colour,
    DeadlineView,
    Named,
    OrderView,
    OutsideView,
    PhotoView,
    PlanView,
    PlaybookView,
    PointView,
    ReporterView,
    RequestView,
    StepView,
)
from services.views.seen import cut, sights_of
from services.views.visits import visits_of

API = "/api/v1"


def order_view(shop: Shop, caller: Caller, key: StreamKey, language: Language) -> OrderView:
    """The order as the caller may see it.

    Raises:
        UnknownStream: there is none, or the caller may not see it.
    """
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, language)
        return seen_view(sql, found, caller.at(key.site_id))


def seen_view(sql: Sql, found: Found, actor: Actor) -> OrderView:
    """The view of an order that was found, cut to what the actor may see."""
    return cut(view_of(sql, found, actor), sights_of(actor, found), actor.party)


def view_of(sql: Sql, found: Found, actor: Actor) -> OrderView:
    """The view of an order that was found, uncut: for whoever has the machine."""
    texts, changes = read_texts(sql, found.key), read_changes(sql, found.key)
    photos = _photos(sql, found)
    may = possible(found.order, actor, found.context)
    return _Making(found, texts, changes, may).whole(photos)


def view_of_new(found: Found, texts: Mapping[str, str], actor: Actor) -> OrderView:
    """The view of an order that was just taken down: nothing lies beside it yet but its texts, by id."""
    whole = _Making(found, texts, {}, possible(found.order, actor, found.context)).whole([])
    return cut(whole, sights_of(actor, found), actor.party)


def category_of(found: Found) -> Named | None:
    """The order's category with its name."""
    rule = found.context.category(found.order)
    if rule is None:
        return Named(code=found.order.category, name=found.order.category) if found.order.category else None
    return Named(code=rule.code, name=(found.language == "en" and rule.name_en) or rule.name)


def space_of(found: Found) -> Named:
    """The order's room with its name."""
    space = found.context.site.spaces.get(found.order.space)
    return Named(code=found.order.space, name=name_of(space, found.language) if space else found.order.space)


def _photos(sql: Sql, found: Found) -> list[PhotoView]:
    """Those whose bytes are still there, in the order of the ledger."""
    if not found.order.photos:
        return []
    rows = {
        row[0]: row[1:]
        for row in sql.execute(
            "SELECT id, media_type, width, height, size, created_at FROM photo"
            " WHERE site_id = %s AND stream_id = %s AND sha256 IS NOT NULL",
            (found.key.site_id, found.key.stream_id),
        )
    }
    return [_photo(one, rows[one.id], found.code) for one in found.order.photos if one.id in rows]


def _photo(one: Photo, row: tuple[Any, ...], code: str) -> PhotoView:
    media_type, width, height, size, created_at = row
    href = f"{API}/orders/{code}/photos/{one.id}"
    return PhotoView(
        id=one.id,
        purpose=one.purpose,
        party=one.party,
        round=one.round,
        media_type=media_type,
        width=width,
        height=height,
        size=size,
        created_at=created_at,
        href=href,
        thumbnail=f"{href}?size=thumbnail",
    )


class _Making:
    """A view in the making."""

    def __init__(self, found: Found, texts: Mapping[str, str], changes: Changes, may: list[Possible]) -> None:
        self._found, self._order, self._texts = found, found.order, texts
        self._changes, self._may = changes, may

    def whole(self, photos: list[PhotoView]) -> OrderView:
        """All of it."""
        order, found = self._order, self._found
        promised = order.promised_at
        return OrderView(
            code=found.code,
            site=Named(code=found.site.code, name=found.site_name),
            status=order.status,
            status_name=labels.label(labels.STATUS, order.status, found.language),
            colour=colour_of(order.colour),
            supervised=order.supervised,
            severity=order.severity,
            origin=order.origin,
            category=category_of(found),
            space=space_of(found),
            point=PointView(x=order.point.x, y=order.point.y) if order.point else None,
            title=self._text(order.title),
            description=self._text(order.description),
            reporter=ReporterView(kind=order.reporter.kind, contact_known=order.reporter.contact is not None),
            reported_at=order.reported_at,
            coordinator=Named(code=order.coordinator, name=found.coordinator),
            confirmed=order.confirmed,
            round=order.round,
            promised_at=promised,
            promised_text=day_text(promised, found.zone, found.language) if promised else None,
            closed_at=order.closed_at,
            resolved=order.resolved,
            satisfied=order.satisfied,
            triage_by=found.party(order.triage_by) if order.triage_by else None,
            unrouted=order.unrouted,
            holders=found.parties(rules.holders(order, found.context)),
            assignments=[self._assignment(one) for one in sorted(order.assignments.values(), key=_place)],
            deadlines=[
                self._deadline(one) for one in order.deadlines.values() if one.party not in order.assignments
            ],
            requests=[self._request(one) for one in order.requests],
            plan=self._plan(order.plan),
            photos=photos,
            playbook=self._pin(),
            allowed=[self._allowed(name, party) for name, party in self._may],
            events=found.events,
            as_of=found.now,
            **self._relatives(),
        )

    def _relatives(self) -> dict[str, Any]:
        order, code_of = self._order, self._found.code_of
        return {
            "outside": [
                OutsideView(
                    system=one.system, number=one.number, due_at=one.due_at, party=self._named(one.party)
                )
                for one in order.outside
            ],
            "visits": list(visits_of(self._found)),
            "merged_into": code_of(order.merged_into) if order.merged_into else None,
            "absorbed": [code_of(one) for one in order.absorbed],
            "split_from": code_of(order.split_from) if order.split_from else None,
            "split_into": [code_of(one) for one in order.split_into],
        }

    def _pin(self) -> PlaybookView | None:
        pin = self._order.pin
        return PlaybookView(code=pin.code, version=pin.version, digest=pin.digest) if pin else None

    def _text(self, ref: TextRef | None) -> str | None:
        return self._texts.get(ref.id) if ref else None

    def _named(self, party: str | None) -> Named | None:
        return self._found.party(party) if party else None

    def _assignment(self, one: Assignment) -> AssignmentView:
        found = self._found
        holder = holder_of(self._order, one, found.context)
        return AssignmentView(
            party=found.party(one.party),
            duty=one.duty,
            duty_name=labels.label(labels.DUTY, one.duty, found.language),
            state=one.state,
            state_name=labels.label(labels.STATE, one.state, found.language),
            stage=rules.stage(self._order, one) if one.acting and not self._order.ended else None,
            colour=colour_of("red" if one.red else "yellow" if one.yellow else "green"),
            round=one.round,
            designated=one.designated,
            dispatched_at=one.dispatched_at,
            acknowledged_at=one.acknowledged_at,
            contacted_at=one.contacted_at,
            arrived_at=one.arrived_at,
            made_safe_at=one.made_safe_at,
            started_at=one.started_at,
            done_at=one.done_at,
            ended_at=one.ended_at,
            holds=one.holds,
            extensions=one.extensions,
            rejections=one.rejections,
            waits_for=self._named(one.waits_for),
            key=self._text(one.key),
            holder=self._named(holder),
            verifiers=found.parties(rules.verifiers(one, found.context)) if one.acting else [],
            deadlines=[self._deadline(each) for each in self._order.open_deadlines(party=one.party)],
            claims=claims_of(found, one.party),
            allowed=[name for name, party in self._may if party == one.party],
        )

    def _deadline(self, one: Deadline) -> DeadlineView:
        found = self._found
        due_at = None if one.paused else one.due_at
        return DeadlineView(
            id=one.id,
            kind=one.kind,
            name=labels.label(labels.DEADLINE, one.kind, found.language),
            party=one.party,
            round=one.round,
            started_at=one.started_at,
            due_at=due_at,
            due_text=time_text(due_at, found.zone, found.language) if due_at else None,
            clock=one.clock,
            limit=one.limit,
            reason=one.reason,
            provisional=one.provisional,
            colour=_deadline_colour(one),
            paused=one.paused,
            left_seconds=one.left // 1_000_000 if one.left is not None else None,
            next=self._step(one, one.next) if one.next else None,
            explain=sentences(one, self._changes.get(one.id, ()), found),
            subject=one.subject,
        )

    def _step(self, deadline: Deadline, step: NextStep) -> StepView:
        context = self._found.context
        rung = next((one for one in ladder.rungs(deadline, context) if one.code == step.rung), None)
        return StepView(
            rung=step.rung,
            mark=str(rung.mark) if rung else None,
            at=step.at,
            occurrence=step.occurrence,
            tells=list(ladder.told_by(rung, deadline, self._order, context, now=step.at)) if rung else [],
        )

    def _request(self, one: Request) -> RequestView:
        return RequestView(
            id=one.id,
            kind=one.kind,
            name=labels.label(labels.REQUEST, one.kind, self._found.language),
            party=self._found.party(one.party),
            decider=self._found.party(one.decider),
            asked_at=one.asked_at,
            reason=one.reason,
            text=self._text(one.text),
            nominee=self._named(one.nominee),
            until=one.until,
        )

    def _plan(self, plan: Plan | None) -> PlanView | None:
        if plan is None:
            return None
        return PlanView(
            party=self._found.party(plan.party),
            text=self._text(plan.text),
            fix_by=plan.fix_by,
            agreed=self._found.parties(plan.agreed),
            in_force=plan.in_force,
        )

    def _allowed(self, name: str, party: str | None) -> AllowedView:
        return AllowedView(
            action=name,
            label=action_label(name, party, self._found.language),
            party=party,
            href=href_of(self._found.code, name, party),
        )


def holder_of(order: Order, one: Assignment, context: Context) -> str | None:
    """Whose move it is for one assignment alone."""
    if not one.acting or order.ended:
        return None
    alone = replace(order, status=OrderStatus.OPEN, assignments={one.party: one})
    return next(iter(rules.holders(alone, context)), None)


def href_of(code: str, name: str, party: str | None) -> str:
    """Where an action is called."""
    if name == "photo":
        return f"{API}/orders/{code}/photos"
    return f"{API}/orders/{code}/{f'assignments/{party}/' if party else ''}{name}"


def action_label(name: str, party: str | None, language: Language) -> str:
    """What an action is called: its Chinese label, or its name in English."""
    if language == "en":
        return name.replace("-", " ").capitalize()
    table = ASSIGNMENT_ACTIONS if party else ORDER_ACTIONS
    return table[name].label if name in table else _OTHER_LABELS.get(name, name)


_OTHER_LABELS = {
    "report": "报修",
    "split": "拆单",
    "merge": "并案",
    "photo": "传照片",
    "reveal": "查看联系方式",
}
_DUTIES: tuple[Duty, ...] = (Duty.LEAD, Duty.SUPPORT, Duty.CONSULT, Duty.INFORM)


def _place(one: Assignment) -> tuple[bool, int, datetime, str]:
    """Who still acts first, then by duty."""
    return (one.state in OVER, _DUTIES.index(one.duty), one.dispatched_at, one.party)


def colour_of(word: str) -> Colour:
    """A colour word of the core as the views have it."""
    colours: Iterable[Colour] = ("green", "yellow", "red", "grey")
    return next(one for one in colours if one == word)


def _deadline_colour(one: Deadline) -> Colour:
    if one.late:
        return "red"
    if one.paused:
        return "grey"
    return "yellow" if one.reached else "green"
