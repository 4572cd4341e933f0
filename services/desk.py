"""The desk: a caller's wishes by order code and action name become units for `execute`."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
import sqlalchemy.exc
import structlog

from models.domain.orders import commands as c
from models.domain.orders.refusals import BadValue
from models.domain.orders.state import Photo, Reporter
from models.domain.policy import Permission
from models.domain.streams import Actor, Role, StreamKey
from models.domain.words import ReporterKind
from services.actions.bodies import MergeBody, ReportBody, SplitBody
from services.actions.table import ASSIGNMENT_ACTIONS, MERGE, ORDER_ACTIONS, SPLIT, Texts
from services.callers import Caller, NotPermitted
from services.execute import Answer, Envelope, Shop, Unit, UnknownStream
from services.store.idempotency import Ticket
from services.store.private import PrivateText, private_text
from services.store.sites import ask_numbers, take_numbers
from services.store.transactions import transaction


@dataclass(frozen=True, slots=True)
class Extras:
    """What may come with a wish: the ticket of an idempotency key, the instant on a virtual clock, photos."""

    ticket: Ticket | None = None
    now: datetime | None = None
    photos: tuple[Photo, ...] = ()
    """Attached just before the action; both happen, or neither."""


log = structlog.get_logger("lianban.desk")

NO_EXTRAS = Extras()
_NUMBER = re.compile("[1-9][0-9]{0,17}")
"""Of a bigint, and without leading zeros: an order has one code."""


def code_of(caller: Caller, key: StreamKey) -> str:
    """The order code of a stream that the caller may see."""
    return f"{next(code for code, site in caller.sites.items() if site == key.site_id)}-{key.stream_id}"


def key_of(caller: Caller, code: str) -> StreamKey:
    """The stream of an order code.

    Raises:
        UnknownStream: no such site for this caller, or no such number; the two cannot be told apart.
    """
    site, _, number = code.partition("-")
    if site not in caller.sites or not _NUMBER.fullmatch(number):
        raise UnknownStream(code)
    return StreamKey(caller.sites[site], int(number))


def report(
    shop: Shop, caller: Caller, site: str, body: ReportBody, extras: Extras = NO_EXTRAS
) -> tuple[StreamKey, Answer]:
    """Take a report down. A repeated ticket answers with the order of the first time.

    Raises:
        UnknownStream: the caller may not see the site.
        NotPermitted: whoever it is there does not report.
    """
    refused = _unless_reporting(caller, site)
    if refused is not None:
        raise refused
    key = new_key(shop, caller, caller.sites[site])
    unit = Unit((reported(caller, key, body, extras.now),), extras.ticket)
    return _recalled(key, shop.execute([unit], sites=caller.site_ids)[0])


@dataclass(frozen=True, slots=True)
class Reporting:
    """One of many reports."""

    site: str
    body: ReportBody
    ticket: Ticket | None = None


def report_many(
    shop: Shop, caller: Caller, wanted: Sequence[Reporting]
) -> list[tuple[StreamKey | None, Answer]]:
    """Take many reports down in one transaction, each with an answer of its own, in their order.

    What is refused leaves the others alone. A mistake of ours at one of them costs the others nothing either:
    then each is taken down by itself. A site that the caller may not see is an unknown stream.
    """
    refused = {site: _unless_reporting(caller, site) for site in {one.site for one in wanted}}
    numbers = _take(shop, caller, Counter(one.site for one in wanted if refused[one.site] is None))
    keys = [
        StreamKey(caller.sites[one.site], next(numbers[one.site])) if one.site in numbers else None
        for one in wanted
    ]
    units = [
        Unit((reported(caller, key, one.body, None),), one.ticket)
        for key, one in zip(keys, wanted, strict=True)
        if key is not None
    ]
    answers = iter(_all_or_each(shop, caller, units))
    return [
        (None, Answer({}, refused=refused[one.site])) if key is None else _recalled(key, next(answers))
        for key, one in zip(keys, wanted, strict=True)
    ]


def _unless_reporting(caller: Caller, site: str) -> Exception | None:
    """Why the caller cannot report at a site."""
    if site not in caller.sites:
        return UnknownStream(site)
    return None if caller.may(Permission.REPORT, caller.sites[site]) else NotPermitted()


def _take(shop: Shop, caller: Caller, wanted: Mapping[str, int]) -> dict[str, Iterator[int]]:
    """Running numbers for each site."""
    if not wanted:
        return {}
    with transaction(shop.engine, caller.site_ids, durable=False) as sql:
        return {
            site: itertools.count(take_numbers(sql, caller.sites[site], wanted[site]))
            for site in sorted(wanted)
        }


def _all_or_each(shop: Shop, caller: Caller, units: Sequence[Unit]) -> list[Answer]:
    """In one transaction, or one by one where one of them breaks it. A database that is away breaks all."""
    away = (psycopg.OperationalError, sqlalchemy.exc.SQLAlchemyError)
    try:
        return shop.execute(units, sites=caller.site_ids) if units else []
    except away:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it is found again at the one that has it
        log.warning("batch_failed", size=len(units), error=type(error).__name__)
    return [_each(shop, caller, unit) for unit in units]


def _each(shop: Shop, caller: Caller, unit: Unit) -> Answer:
    try:
        return shop.execute([unit], sites=caller.site_ids)[0]
    except Exception as error:  # noqa: BLE001 - told as the answer to this one
        return Answer({}, refused=error)


def _recalled(key: StreamKey, answer: Answer) -> tuple[StreamKey, Answer]:
    """The stream that the answer is about: of a repeated ticket the one of the first time."""
    if answer.recalled is None:
        return key, answer
    return StreamKey(key.site_id, int(answer.recalled["stream_id"])), answer


def new_key(shop: Shop, caller: Caller, site_id: int) -> StreamKey:
    """The next number of the site; not used, it leaves a gap that means nothing.

    It need not be durable by itself: a number that a crash forgets was not used by anything that is kept.
    """
    with transaction(shop.engine, caller.site_ids, durable=False) as sql, sql.pipeline():
        number = ask_numbers(sql, site_id)
        sql.commit()  # within the pipeline: one round trip with the number
    return StreamKey(site_id, number())


def reported(
    caller: Caller, key: StreamKey, body: ReportBody, now: datetime | None, split_from: int | None = None
) -> Envelope:
    """The envelope of a report, its texts beside it."""
    texts = Texts()
    reporter, contact = _reporter(caller.at(key.site_id), body)
    command = c.Report(
        space=body.space,
        description=texts.keep(body.description),
        reporter=reporter,
        category=body.category,
        title=texts.keep_if(body.title),
        severity=body.severity,
        origin=body.origin,
        split_from=split_from,
    )
    rows = (*texts.rows, contact) if contact else tuple(texts.rows)
    return Envelope(key, command, caller.at(key.site_id), tuple(rows), now)


def _reporter(actor: Actor, body: ReportBody) -> tuple[Reporter, PrivateText | None]:
    """A contact makes a resident who can be called back; else it is the caller, or nobody known."""
    told = body.reporter
    if told is not None and (told.name or told.phone):
        contact = private_text(json.dumps(told.model_dump(exclude_none=True), ensure_ascii=False), "contact")
        own = actor.role is Role.RESIDENT and actor.person
        person = actor.person if own else f"r:{uuid4().hex}"
        return Reporter(ReporterKind.RESIDENT, person, contact.ref), contact
    kinds = {Role.RESIDENT: ReporterKind.ANONYMOUS, Role.VOLUNTEER: ReporterKind.VOLUNTEER}
    kind = kinds.get(actor.role, ReporterKind.MEMBER)
    return Reporter(kind, actor.person), None


def act(
    shop: Shop,
    caller: Caller,
    key: StreamKey,
    wish: "Wish",
    extras: Extras = NO_EXTRAS,
) -> Answer:
    """Do what is wished on an order; the answer says what became of it."""
    envelopes = [
        *(Envelope(key, c.AttachPhoto(one), caller.at(key.site_id), (), extras.now) for one in extras.photos),
        *_envelopes(shop, caller, key, wish, extras.now),
    ]
    return shop.execute([Unit(tuple(envelopes), extras.ticket)], sites=caller.site_ids)[0]


@dataclass(frozen=True, slots=True)
class Wish:
    """An action by name with its body; `party` for an assignment's action, None for the order's."""

    action: str
    body: Any
    party: str | None = None


class UnknownAction(LookupError):
    """There is no such action; see the API's description for those that there are."""


def _envelopes(
    shop: Shop, caller: Caller, key: StreamKey, wish: Wish, now: datetime | None
) -> list[Envelope]:
    if wish.party is None and wish.action == SPLIT:
        return _split(shop, caller, key, wish.body, now)
    if wish.party is None and wish.action == MERGE:
        return _merge(caller, key, wish.body, now)
    return [envelope_of(caller, key, wish, now)]


def envelope_of(caller: Caller, key: StreamKey, wish: Wish, now: datetime | None = None) -> Envelope:
    """The envelope of an action that touches one stream."""
    table: Mapping[str, Any] = ORDER_ACTIONS if wish.party is None else ASSIGNMENT_ACTIONS
    if wish.action not in table:
        raise UnknownAction(wish.action)
    texts = Texts()
    command = table[wish.action].build(wish.body, wish.party, texts)
    return Envelope(key, command, caller.at(key.site_id), tuple(texts.rows), now)


def _split(
    shop: Shop, caller: Caller, key: StreamKey, body: SplitBody, now: datetime | None
) -> list[Envelope]:
    texts = Texts()
    other = new_key(shop, caller, key.site_id)
    split = c.Split(other.stream_id, texts.keep(body.reason))
    return [
        Envelope(key, split, caller.at(key.site_id), tuple(texts.rows), now),
        reported(caller, other, body.report, now, split_from=key.stream_id),
    ]


def _merge(caller: Caller, key: StreamKey, body: MergeBody, now: datetime | None) -> list[Envelope]:
    other = key_of(caller, body.into)
    if other.site_id != key.site_id or other == key:
        raise BadValue("into", "name another order of the same site")
    texts = Texts()
    merge = c.Merge(other.stream_id, texts.keep(body.reason))
    return [
        Envelope(key, merge, caller.at(key.site_id), tuple(texts.rows), now),
        Envelope(other, c.Absorb(key.stream_id), caller.at(other.site_id), (), now),
    ]


def attach(shop: Shop, caller: Caller, key: StreamKey, photo: Photo, extras: Extras = NO_EXTRAS) -> Answer:
    """Attach a photo that was stored."""
    envelope = Envelope(key, c.AttachPhoto(photo), caller.at(key.site_id), (), extras.now)
    return shop.execute([Unit((envelope,), extras.ticket)], sites=caller.site_ids)[0]
