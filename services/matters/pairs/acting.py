"""What is done with a pair, and how it is answered and shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import Field

from models.domain.matters.pairs import state as p
from models.domain.matters.pairs.kind import PAIR, may_see
from models.domain.streams import StreamKey, TextRef
from models.domain.words import PhotoPurpose
from services import desk, photos
from services.actions.table import Texts
from services.execute import Answer
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.photos import Picture
from services.store.contexts import Sql
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.language import Language, name_of, party_name
from services.views.models import Named, View

SORT = Sort(PAIR, may_see)


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo that was sent, and the day on which it was taken."""

    picture: Picture
    day: date


class ShotView(View):
    """A photo by its id."""

    id: str
    day: date


class PairView(View):
    """前后对比. Withdrawn, it has no photos but the reason, for those who publish."""

    code: str
    space: Named
    by: Named
    published_at: datetime
    words: str | None
    before: ShotView | None
    after: ShotView | None
    withdrawn: str | None = Field(description="Why it is shown no longer.")


class PairsView(View):
    """The latest pairs that the caller may see."""

    items: list[PairView]


def find(one: Doer, sql: Sql, key: StreamKey) -> Found[p.Pair]:
    """The pair. Raises UnknownStream."""
    return kit.find(one, sql, key, SORT)


def pairs_of(one: Doer, sql: Sql, sites: Sequence[int]) -> list[Found[p.Pair]]:
    """The latest pairs of sites, with their words."""
    return kit.with_words(sql, kit.listed(one, sql, SORT, sites), _refs)


def _refs(pair: p.Pair) -> Iterable[TextRef | None]:
    return (pair.words, pair.withdrawn)


def publish(
    one: Doer,
    at: tuple[int, str],
    shots: tuple[Shot, Shot],
    words: str | None,
    ticket: Ticket | None = None,
) -> tuple[StreamKey, Answer]:
    """公布 of a space (`at`: site and code) before and after. Raises ShelfAway."""
    site_id, space = at
    key, texts = desk.new_key(one.shop, one.caller, site_id), Texts()
    for shot in shots:
        photos.keep(one.settings, shot.picture)
    with photos.rows_of(one.shop, one.settings) as rows:
        before, after = (
            p.Taken(rows.add(key, shot.picture, purpose), shot.day)
            for shot, purpose in zip(shots, (PhotoPurpose.BEFORE, PhotoPurpose.AFTER), strict=True)
        )
        command = p.PublishPair(space, before, after, texts.keep_if(words))
        answer = kit.act(one, key, PAIR, Sent(command, texts.rows, ticket))
        rows.happened = answer.refused is None and answer.recalled is None
    if answer.recalled is not None:
        key = StreamKey(site_id, int(answer.recalled["stream_id"]))
    return key, answer


def withdraw(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None) -> Answer:
    """撤下: both photos are erased, since somebody may be seen on them. Raises UnknownStream."""
    texts = Texts()
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        pair = find(one, sql, key).state
    erased = (pair.before.picture.id, pair.after.picture.id)
    return kit.act(one, key, PAIR, Sent(p.WithdrawPair(texts.keep(reason)), texts.rows, ticket, erased))


def pair_view(found: Found[p.Pair], language: Language) -> PairView:
    """A pair as it is shown."""
    pair, site = found.state, found.context.site
    space = site.spaces.get(pair.space)
    gone = pair.withdrawn is not None
    return PairView(
        code=found.code,
        space=Named(code=pair.space, name=name_of(space, language) if space else pair.space),
        by=Named(code=pair.party, name=party_name(pair.party, site, language)),
        published_at=pair.published_at,
        words=found.words.get(pair.words.id) if pair.words else None,
        before=None if gone else ShotView(id=pair.before.picture.id, day=pair.before.day),
        after=None if gone else ShotView(id=pair.after.picture.id, day=pair.after.day),
        withdrawn=found.words.get(pair.withdrawn.id) if pair.withdrawn else None,
    )
