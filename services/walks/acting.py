"""A walk as it is carried out: every finding is kept at once, and the end makes the notice and its orders.

One order a finding, not one a room: each has its own clock, photo and verification, and one that was sent to
the wrong party goes back alone. What a group would save, the one notice saves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.domain.matter import Command
from models.domain.orders import commands as orders
from models.domain.orders.state import Photo, Reporter, Walked
from models.domain.streams import SYSTEM, StreamKey
from models.domain.walks import commands as c
from models.domain.walks.kind import WALK
from models.domain.walks.rules import told
from models.domain.walks.state import Finding
from models.domain.words import Origin, ReporterKind, Severity
from services import desk, photos
from services.actions.bodies import Nothing
from services.actions.table import Texts
from services.callers import Caller
from services.execute import Answer, Envelope, Shop, Unit
from services.settings import Settings
from services.store.idempotency import Ticket
from services.store.private import PrivateText
from services.store.transactions import transaction
from services.walks.reading import FoundWalk, find_walk, read_orders, to_take_on


@dataclass(frozen=True, slots=True)
class Walker:
    """Who walks, and what carries it out."""

    shop: Shop
    settings: Settings
    caller: Caller


@dataclass(frozen=True, slots=True)
class NewFinding:
    """What was tapped: room, hazard, how bad; in words where they help."""

    space: str
    hazard: str
    severity: Severity = Severity.ORDINARY
    words: str = ""
    pictures: Sequence[photos.Picture] = ()


def begin(
    one: Walker, site_id: int, origin: Origin, ticket: Ticket | None = None
) -> tuple[StreamKey, Answer]:
    """Set out at a site; a repeated ticket answers with the walk of the first time."""
    key = desk.new_key(one.shop, one.caller, site_id)
    answer = act(one, key, c.BeginWalk(origin), ticket)
    if answer.recalled is not None:
        key = StreamKey(site_id, int(answer.recalled["stream_id"]))
    return key, answer


def act(one: Walker, key: StreamKey, command: Command, ticket: Ticket | None = None) -> Answer:
    """Any command that touches the walk alone."""
    unit = Unit((_envelope(one, key, command),), ticket)
    return one.shop.execute([unit], sites=one.caller.site_ids)[0]


def note(one: Walker, key: StreamKey, new: NewFinding, ticket: Ticket | None = None) -> Answer:
    """Keep a finding. A danger is reported as an order at once, in the same transaction.

    Raises:
        UnknownStream: there is no such walk for the caller.
    """
    found = _found(one, key)
    texts = Texts()
    words = texts.keep_if(new.words.strip() or None)
    danger = new.severity is Severity.DANGER and new.hazard in found.context.playbook.hazards
    order = desk.new_key(one.shop, one.caller, key.site_id) if danger else None
    for picture in new.pictures:
        photos.keep(one.settings, picture)
    with photos.rows_of(one.shop, one.settings) as rows:
        shown = [rows.add(key, picture) for picture in new.pictures]
        number = order.stream_id if order else None
        command = c.NoteFinding(new.space, new.hazard, new.severity, words, tuple(shown), number)
        envelopes = [_envelope(one, key, command, texts.rows)]
        if order is not None:
            kept = [rows.add(order, picture) for picture in new.pictures]
            hazard = found.context.playbook.hazards[new.hazard]
            made = Finding(0, new.space, new.hazard, hazard.category, new.severity)
            envelopes += _reported(one, found, order, _Source(made, new.words, kept, frozenset()))
        answer = one.shop.execute([Unit(tuple(envelopes), ticket)], sites=one.caller.site_ids)[0]
        rows.happened = answer.refused is None and answer.recalled is None
    return answer


def finish(one: Walker, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """Write the notice; every finding that has no order gets one, in the same transaction, and is sent out.

    Raises:
        UnknownStream: there is no such walk for the caller.
    """
    found = _found(one, key)
    waiting = sorted(found.walk.waiting, key=int)
    keys = desk.new_keys(one.shop, one.caller, key.site_id, len(waiting))
    tells = told(found.walk.findings.values(), found.walk.origin, found.context)
    orders_of = {finding: order.stream_id for finding, order in zip(waiting, keys, strict=True)}
    envelopes = [_envelope(one, key, c.FinishWalk(orders_of, tells))]
    with photos.rows_of(one.shop, one.settings) as rows:
        for number, order in zip(waiting, keys, strict=True):
            finding = found.walk.findings[number]
            kept = [rows.copy(key, photo, order) for photo in finding.photos]
            words = found.words.get(finding.words.id, "") if finding.words else ""
            source = _Source(finding, words, [photo for photo in kept if photo is not None], tells)
            envelopes += _reported(one, found, order, source)
        answer = one.shop.execute([Unit(tuple(envelopes), ticket)], sites=one.caller.site_ids)[0]
        rows.happened = answer.refused is None and answer.recalled is None
    return answer


def take_on(one: Walker, key: StreamKey) -> Answer | None:
    """接单: all orders of the notice that the caller's party has not acknowledged, together.

    None where there is nothing left to acknowledge; a refusal is of the first order that refused.

    Raises:
        UnknownStream: there is no such walk for the caller.
    """
    party = one.caller.at(key.site_id).party
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = find_walk(one.shop, sql, one.caller, key)
        numbers = to_take_on(found.walk, read_orders(sql, found), party)
    wish = desk.Wish("acknowledge", Nothing(), party)
    units = [
        Unit((desk.envelope_of(one.caller, StreamKey(key.site_id, number), wish),)) for number in numbers
    ]
    answers = one.shop.execute(units, sites=one.caller.site_ids) if units else []
    return next((answer for answer in answers if answer.refused is not None), next(iter(answers), None))


@dataclass(frozen=True, slots=True)
class _Source:
    """A finding with its words and the photos of its order, and whom the walk's notice tells."""

    finding: Finding
    words: str
    photos: Sequence[Photo]
    told: frozenset[str]


def _reported(one: Walker, found: FoundWalk, order: StreamKey, source: _Source) -> Iterator[Envelope]:
    """The order of a finding: reported, with its photos, and sent out at the same instant.

    It is sent out here and not by the lane, so that notice and deadlines stand when the page is shown.
    """
    actor = one.caller.at(order.site_id)
    hazard = found.context.playbook.hazards.get(source.finding.hazard)
    name = hazard.name if hazard else source.finding.hazard
    texts = Texts()
    command = orders.Report(
        space=source.finding.space,
        description=texts.keep(f"{name}：{source.words}" if source.words.strip() else name),
        reporter=Reporter(ReporterKind.MEMBER, actor.person),
        category=source.finding.category,
        title=texts.keep(name),
        severity=source.finding.severity,
        origin=found.walk.origin,
        walk=Walked(found.key.stream_id, source.told),
    )
    yield Envelope(order, command, actor, tuple(texts.rows))
    for photo in source.photos:
        yield Envelope(order, orders.AttachPhoto(photo), actor)
    yield Envelope(order, orders.RouteOrder(), SYSTEM)


def _found(one: Walker, key: StreamKey) -> FoundWalk:
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return find_walk(one.shop, sql, one.caller, key)


def _envelope(one: Walker, key: StreamKey, command: Command, texts: Sequence[PrivateText] = ()) -> Envelope:
    return Envelope(key, command, one.caller.at(key.site_id), tuple(texts), kind=WALK.name)
