"""What is done with an acceptance. What fails becomes an order of the contractor's in the same unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.domain.codec import decode
from models.domain.matter import Command
from models.domain.matters.acceptances import commands as c
from models.domain.matters.acceptances.checklist import BY_CODE
from models.domain.matters.acceptances.decide import may_see
from models.domain.matters.acceptances.kind import ACCEPTANCE
from models.domain.matters.acceptances.state import Acceptance, Item, NewItem, Presence, Result
from models.domain.orders import commands as orders
from models.domain.orders.kind import ORDER
from models.domain.orders.state import Order, Reporter
from models.domain.streams import StreamKey
from models.domain.words import AssignmentState, Duty, Origin, PhotoPurpose, ReporterKind
from services import desk, photos
from services.actions.table import Texts
from services.execute import Answer, Envelope, Unit
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.store.contexts import Sql
from services.store.idempotency import Ticket
from services.store.transactions import transaction

SORT = Sort(ACCEPTANCE, may_see)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a checklist as it is chosen or typed; `words` where it is none of the shipped ones."""

    space: str
    category: str
    check: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """How an item was found."""

    item: str
    passed: bool
    words: str = ""
    pictures: Sequence[photos.Picture] = ()


def find(one: Doer, sql: Sql, key: StreamKey) -> Found[Acceptance]:
    """The acceptance. Raises UnknownStream."""
    return kit.find(one, sql, key, SORT)


def found_acceptance(one: Doer, key: StreamKey) -> Found[Acceptance]:
    """The acceptance. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return find(one, sql, key)


def listed(one: Doer, sql: Sql, sites: Sequence[int]) -> list[Found[Acceptance]]:
    """The latest of sites."""
    return kit.listed(one, sql, SORT, sites)


def prepare(
    one: Doer, site_id: int, meets_at: datetime, lines: Sequence[Line], ticket: Ticket | None = None
) -> tuple[StreamKey, Answer]:
    """约初验."""
    texts = Texts()
    command = c.PrepareAcceptance(meets_at, _items(lines, texts))
    return kit.begin(one, site_id, ACCEPTANCE, Sent(command, texts.rows, ticket))


def change(
    one: Doer, key: StreamKey, seen: int, lines: tuple[Sequence[Line], Sequence[str]], ticket: Ticket | None
) -> Answer:
    """Add lines and drop others."""
    texts, (add, drop) = Texts(), lines
    command = c.ChangeChecklist(seen, _items(add, texts), tuple(drop))
    return kit.act(one, key, ACCEPTANCE, Sent(command, texts.rows, ticket))


def _items(lines: Sequence[Line], texts: Texts) -> tuple[NewItem, ...]:
    return tuple(
        NewItem(each.space, each.category, each.check, texts.keep_if(each.words.strip() or None))
        for each in lines
    )


def begin_round(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """The next round; it waits until somebody verified the rework of the last one."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        state = find(one, sql, key).state
        open_ = unverified(sql, key.site_id, state.reworks)
    return kit.act(one, key, ACCEPTANCE, Sent(c.BeginRound(tuple(open_)), (), ticket))


def unverified(sql: Sql, site_id: int, numbers: Sequence[int]) -> list[int]:
    """Which of these rework orders nobody has verified yet; one that ended otherwise waits no more."""
    rows = sql.execute(
        "SELECT stream_id, state FROM stream WHERE site_id = %s AND kind = %s AND stream_id = ANY (%s)"
        " AND closed_at IS NULL ORDER BY stream_id",
        (site_id, ORDER.name, list(numbers)),
    ).fetchall()
    return [number for number, state in rows if not _is_verified(decode(Order, state))]


def _is_verified(order: Order) -> bool:
    leads = [one for one in order.assignments.values() if one.duty is Duty.LEAD]
    return any(one.state is AssignmentState.VERIFIED for one in leads)


def check(one: Doer, key: StreamKey, looked: Looked, ticket: Ticket | None = None) -> Answer:
    """合格 or 不合格, with photos."""
    found_acceptance(one, key)
    texts = Texts()
    words = texts.keep_if(looked.words.strip() or None)
    for picture in looked.pictures:
        photos.keep(one.settings, picture)
    with photos.rows_of(one.shop, one.settings) as rows:
        shown = tuple(rows.add(key, picture, PhotoPurpose.OTHER) for picture in looked.pictures)
        command = c.CheckItem(looked.item, looked.passed, words, shown)
        answer = kit.act(one, key, ACCEPTANCE, Sent(command, texts.rows, ticket))
        rows.happened = answer.refused is None and answer.recalled is None
    return answer


def finish(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> tuple[list[StreamKey], Answer]:
    """结束本轮: each failed item becomes an order, together with the end of the round."""
    found = found_acceptance(one, key)
    failed = sorted(found.state.rejected, key=int)
    keys = desk.new_keys(one.shop, one.caller, key.site_id, len(failed))
    named = {item: order.stream_id for item, order in zip(failed, keys, strict=True)}
    envelopes = [kit.envelope(one, key, ACCEPTANCE, Sent(c.FinishRound(named)))]
    with photos.rows_of(one.shop, one.settings) as rows:
        for item, order in zip(failed, keys, strict=True):
            result = found.state.results[item]
            kept = [rows.copy(key, photo, order) for photo in result.photos]
            envelopes += _rework(one, found, order, (found.state.items[item], result))
            shown = [photo for photo in kept if photo is not None]
            actor = one.caller.at(key.site_id)
            envelopes += [Envelope(order, orders.AttachPhoto(photo), actor) for photo in shown]
        answer = one.shop.execute([Unit(tuple(envelopes), ticket)], sites=one.caller.site_ids)[0]
        rows.happened = answer.refused is None and answer.recalled is None
    return keys, answer


def _rework(
    one: Doer, found: Found[Acceptance], order: StreamKey, failed: tuple[Item, Result]
) -> Iterator[Envelope]:
    """返工: reported as of the works, so that it goes to the contractor."""
    item, result = failed
    actor, texts = one.caller.at(order.site_id), Texts()
    name = name_of_item(found, item.what)
    said = found.words.get(result.words.id, "") if result.words else ""
    command = orders.Report(
        space=item.what.space,
        description=texts.keep(f"初验不合格：{name}。{said}".rstrip()),
        reporter=Reporter(ReporterKind.MEMBER, actor.person),
        category=item.what.category,
        title=texts.keep(f"返工：{name}"[:120]),
        origin=Origin.CONSTRUCTION,
    )
    yield Envelope(order, command, actor, tuple(texts.rows))


def name_of_item(found: Found[Acceptance], what: NewItem, *, english: bool = False) -> str:
    """What is looked at, in words."""
    if what.words is not None:
        return found.words.get(what.words.id, "")
    listed_ = BY_CODE.get(what.check)
    if listed_ is None:
        return what.check
    return listed_.name_en if english else listed_.name


def sign(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """签字, for the own party or as volunteer."""
    return kit.act(one, key, ACCEPTANCE, Sent(c.SignRound(), (), ticket))


def sign_for(one: Doer, key: StreamKey, kind: Presence, name: str, ticket: Ticket | None = None) -> Answer:
    """Enter somebody who was there and has no account."""
    texts = Texts()
    return kit.act(one, key, ACCEPTANCE, Sent(c.SignRound(texts.keep(name), kind), texts.rows, ticket))


def cancel(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None) -> Answer:
    """取消."""
    texts = Texts()
    command: Command = c.CancelAcceptance(texts.keep(reason))
    return kit.act(one, key, ACCEPTANCE, Sent(command, texts.rows, ticket))
