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
from models.domain.orders.state import Photo, Point, Reporter
from models.domain.policy import Permission
from models.domain.streams import Actor, Role, StreamKey
from models.domain.words import ReporterKind
from services.actions.bodies import MergeBody, ReportBody, SplitBody, TransferBody
from services.actions.table import ASSIGNMENT_ACTIONS, MERGE, ORDER_ACTIONS, SPLIT, Texts
from services.callers import Caller, NotPermitted
from services.execute import Answer, Envelope, Shop, Unit, UnknownStream
from services.store.idempotency import Ticket
from services.store.private import CONTACT, PrivateText, private_text
from services.store.sites import ask_numbers
from services.store.transactions import transaction


@dataclass(frozen=True, slots=True)
class Extras:
    """What may come with a wish: the ticket of an idempotency key, the instant on a virtual clock, media."""

    ticket: Ticket | None = None
    now: datetime | None = None
    photos: tuple[Photo, ...] = ()
    """Attached just before the action; both happen, or neither."""
    seconds_ago: int = 0
    """How long ago it was done, as the party says; 0 where it says nothing."""
    voice: PrivateText | None = None
    """Of a report: what was said into the phone."""


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
    unit = Unit((reported(caller, key, body, extras),), extras.ticket)
    return _recalled(key, shop.execute([unit], sites=caller.site_ids)[0])


@dataclass(frozen=True, slots=True)
class Reporting:
    """One of many reports."""

    caller: Caller
    site: str
    body: ReportBody
    ticket: Ticket | None = None


def report_many(
    shop: Shop, sites: Sequence[int], wanted: Sequence[Reporting]
) -> list[tuple[StreamKey, Answer] | Exception]:
    """Take reports of callers who all see `sites` down in one transaction, each with an answer of its own.

    What is refused leaves the others alone. A mistake of ours at one of them costs the others nothing either:
    then each is taken down by itself. Instead of an answer there may be why the caller cannot report there:
    UnknownStream or NotPermitted.
    """
    refused = [_unless_reporting(one.caller, one.site) for one in wanted]
    allowed = [one for one, why in zip(wanted, refused, strict=True) if why is None]
    answers = iter(_all_or_each(shop, sites, allowed))
    return [why if why is not None else next(answers) for why in refused]


def _taken_down(
    shop: Shop, sites: Sequence[int], wanted: Sequence[Reporting]
) -> list[tuple[StreamKey, Answer]]:
    places = [one.caller.sites[one.site] for one in wanted]
    keys: list[StreamKey] = []

    def units(numbers: Mapping[int, Iterator[int]]) -> list[Unit]:
        keys.extend(StreamKey(place, next(numbers[place])) for place in places)
        return [
            Unit((reported(one.caller, key, one.body),), one.ticket)
            for key, one in zip(keys, wanted, strict=True)
        ]

    answers = shop.open_many(Counter(places), units, sites=sites)
    return [_recalled(key, answer) for key, answer in zip(keys, answers, strict=True)]


def _unless_reporting(caller: Caller, site: str) -> Exception | None:
    """Why the caller cannot report at a site."""
    if site not in caller.sites:
        return UnknownStream(site)
    return None if caller.may(Permission.REPORT, caller.sites[site]) else NotPermitted()


def _take(shop: Shop, sites: Sequence[int], wanted: Mapping[int, int]) -> dict[int, Iterator[int]]:
    """Running numbers for each site; not used, they leave gaps that mean nothing.

    They need not be durable by themselves: a number that a crash forgets was not used by what is kept.
    """
    if not wanted:
        return {}
    with transaction(shop.engine, sites, durable=False, pipelined=True) as sql:
        asked = {site: ask_numbers(sql, site, wanted[site]) for site in sorted(wanted)}
    return {site: itertools.count(first()) for site, first in asked.items()}


def _all_or_each(
    shop: Shop, sites: Sequence[int], wanted: Sequence[Reporting]
) -> list[tuple[StreamKey, Answer] | Exception]:
    """In one transaction, or one by one where one of them breaks it. A database that is away breaks all."""
    away = (psycopg.OperationalError, sqlalchemy.exc.SQLAlchemyError)
    try:
        return [*_taken_down(shop, sites, wanted)] if wanted else []
    except away:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it is told as the answer to the one that has it
        if len(wanted) == 1:
            return [error]
        log.warning("batch_failed", size=len(wanted), error=type(error).__name__)
    return [answer for one in wanted for answer in _all_or_each(shop, sites, [one])]


def _recalled(key: StreamKey, answer: Answer) -> tuple[StreamKey, Answer]:
    """The stream that the answer is about: of a repeated ticket the one of the first time."""
    if answer.recalled is None:
        return key, answer
    return StreamKey(key.site_id, int(answer.recalled["stream_id"])), answer


def new_key(shop: Shop, caller: Caller, site_id: int) -> StreamKey:
    """The next number of the site."""
    return new_keys(shop, caller, site_id, 1)[0]


def new_keys(shop: Shop, caller: Caller, site_id: int, count: int) -> list[StreamKey]:
    """The next numbers of the site."""
    numbers = _take(shop, caller.site_ids, {site_id: count} if count else {})
    return [StreamKey(site_id, next(numbers[site_id])) for _ in range(count)]


def reported(
    caller: Caller,
    key: StreamKey,
    body: ReportBody,
    extras: Extras = NO_EXTRAS,
    *,
    split_from: int | None = None,
) -> Envelope:
    """The envelope of a report, its texts and what was said beside it."""
    texts = Texts()
    reporter, contact = _reporter(caller.at(key.site_id), body)
    beside = [one for one in (contact, extras.voice) if one is not None]
    command = c.Report(
        space=body.space,
        description=texts.keep(body.description),
        reporter=reporter,
        category=body.category,
        title=texts.keep_if(body.title),
        severity=body.severity,
        origin=body.origin,
        split_from=split_from,
        voice=extras.voice.ref if extras.voice else None,
        point=Point(body.point.x, body.point.y) if body.point else None,
        private=body.private,
    )
    return Envelope(key, command, caller.at(key.site_id), (*texts.rows, *beside), extras.now)


def _reporter(actor: Actor, body: ReportBody) -> tuple[Reporter, PrivateText | None]:
    """A contact makes a resident who can be called back; else it is the caller, or nobody known."""
    told = body.reporter
    if told is not None and (told.name or told.phone):
        contact = private_text(json.dumps(told.model_dump(exclude_none=True), ensure_ascii=False), CONTACT)
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
    wish: "Wish | None",
    extras: Extras = NO_EXTRAS,
) -> Answer:
    """Do what is wished on an order, or attach its photos alone; the answer says what became of it."""
    envelopes = [
        *(Envelope(key, c.AttachPhoto(one), caller.at(key.site_id), (), extras.now) for one in extras.photos),
        *(_envelopes(shop, caller, key, wish, extras.now) if wish else ()),
        *_claim(caller, key, wish, extras),
    ]
    return shop.execute([Unit(tuple(envelopes), extras.ticket)], sites=caller.site_ids)[0]


def _claim(caller: Caller, key: StreamKey, wish: "Wish | None", extras: Extras) -> Iterator[Envelope]:
    """When the party says that it was done, where that is not just now."""
    party = wish.party if wish else caller.at(key.site_id).party
    if extras.seconds_ago > 0 and party is not None:
        claimed = c.ClaimTime(party, wish.action if wish else "photo", extras.seconds_ago)
        yield Envelope(key, claimed, caller.at(key.site_id), (), extras.now)


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
    _must_be_members(shop, caller, key, wish)
    return [envelope_of(caller, key, wish, now)]


def _must_be_members(shop: Shop, caller: Caller, key: StreamKey, wish: Wish) -> None:
    """People are rows of their own, so that the core does not know them. Raises BadValue."""
    named = set(getattr(wish.body, "mentions", ()))
    field = "mentions"
    if isinstance(wish.body, TransferBody):
        named, field = {f"{wish.party}:{wish.body.member}"}, "member"
    if not named:
        return
    with transaction(shop.engine, caller.site_ids) as sql:
        rows = sql.execute(
            "SELECT party || ':' || code FROM member WHERE site_id = %s AND party IS NOT NULL", (key.site_id,)
        )
        unknown = sorted(named - {row[0] for row in rows})
    if unknown:
        raise BadValue(field, f"the party has no member {unknown[0].rpartition(':')[2]}")


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
        reported(caller, other, body.report, Extras(now=now), split_from=key.stream_id),
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
