"""竣工验收合格 and the warranty that runs from it: entered, taken back, and found again by a later order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from models.domain.codec import decode
from models.domain.matters.acceptances import completion as d
from models.domain.matters.acceptances.completion import COMPLETION, Completion, CompletionStatus
from models.domain.matters.acceptances.kind import ACCEPTANCE
from models.domain.orders.paying import Cover
from models.domain.streams import StreamKey, TextRef
from models.domain.words import PhotoPurpose
from services import desk, photos
from services.actions.table import Texts
from services.execute import Answer
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.store.contexts import Sql
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.found import Found as FoundOrder

SORT = Sort(COMPLETION, d.may_see)


@dataclass(frozen=True, slots=True)
class NewCompletion:
    """What the client filled in; `months` only where the contract promises longer than the law."""

    day: date
    certificate: str
    spaces: Sequence[str]
    months: Mapping[str, int] = field(default_factory=dict)
    pictures: Sequence[photos.Picture] = ()


def find(one: Doer, key: StreamKey) -> Found[Completion]:
    """A completion with its words. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return kit.find(one, sql, key, SORT)


def listed(one: Doer, sql: Sql, sites: Sequence[int]) -> list[Found[Completion]]:
    """The latest, with the numbers of their certificates."""
    return kit.with_words(sql, kit.listed(one, sql, SORT, sites), _refs)


def _refs(state: Completion) -> list[TextRef | None]:
    return [state.certificate, state.reason]


def record(
    one: Doer, site_id: int, new: NewCompletion, ticket: Ticket | None = None
) -> tuple[StreamKey, Answer]:
    """Enter it; a repeated ticket answers with that of the first time."""
    key, texts = desk.new_key(one.shop, one.caller, site_id), Texts()
    for picture in new.pictures:
        photos.keep(one.settings, picture)
    with photos.rows_of(one.shop, one.settings) as rows:
        shown = tuple(rows.add(key, picture, PhotoPurpose.OTHER) for picture in new.pictures)
        certificate = texts.keep(new.certificate)
        command = d.RecordCompletion(new.day, certificate, tuple(new.spaces), new.months, shown)
        answer = kit.act(one, key, COMPLETION, Sent(command, texts.rows, ticket))
        rows.happened = answer.refused is None and answer.recalled is None
    if answer.recalled is not None:
        key = StreamKey(site_id, int(answer.recalled["stream_id"]))
    return key, answer


def withdraw(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None) -> Answer:
    """It was entered by mistake."""
    texts = Texts()
    command = d.WithdrawCompletion(texts.keep(reason))
    return kit.act(one, key, COMPLETION, Sent(command, texts.rows, ticket))


def covers_of(sql: Sql, found: FoundOrder) -> tuple[Cover, ...]:
    """The warranty items that cover an order's space and category."""
    rows = sql.execute(
        "SELECT state FROM stream WHERE site_id = %s AND kind = %s AND status = %s"
        " AND state->'spaces' @> to_jsonb(%s::text) ORDER BY stream_id",
        (found.key.site_id, COMPLETION.name, CompletionStatus.RECORDED, found.order.space),
    ).fetchall()
    every = (decode(Completion, state).covers(found.order.category) for (state,) in rows)
    return tuple(cover for covers in every for cover in covers)


def failed_acceptance(sql: Sql, found: FoundOrder) -> bool:
    """Whether an order is the rework of an item that failed an acceptance."""
    row = sql.execute(
        "SELECT 1 FROM stream WHERE site_id = %s AND kind = %s AND state->'orders' @> to_jsonb(%s::bigint)",
        (found.key.site_id, ACCEPTANCE.name, found.key.stream_id),
    ).fetchone()
    return row is not None
