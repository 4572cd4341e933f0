"""What is forgotten by itself: contacts some time after an order's end, pictures that nothing shows any more.

The pulse looks once an hour; what was done once is found no more, so that any number of pulses may look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from models.domain.orders import commands as c
from models.domain.personal import PersonalData
from models.domain.streams import SYSTEM, StreamKey
from models.domain.words import ENDED
from services.execute import Envelope, Shop, Unit
from services.photos import thumbnail_of
from services.pictures.shelf import ShelfAway
from services.pictures.shelves import shelf_of
from services.privacy.erasing import RETENTION
from services.settings import Settings
from services.store.contexts import Sql
from services.store.transactions import transaction

BATCH = 100

log = structlog.get_logger("lianban.privacy")


@dataclass(frozen=True, slots=True)
class Due:
    """A contact that was kept long enough, of an order that ended then."""

    key: StreamKey
    code: str
    row_id: str
    ended_at: datetime


# An order that did not close (cancelled, merged) ended with the last that happened to it. A site whose clock
# is frozen is a story that was told: nothing happens there, and nobody lives there.
_DUE = """
SELECT p.site_id, p.stream_id, s.code, p.id, coalesce(t.closed_at, t.updated_at)
FROM private_row p JOIN stream t USING (site_id, stream_id) JOIN site s ON s.id = p.site_id
WHERE p.kind <> 'text' AND p.body IS NOT NULL AND t.status = ANY (%(ended)s) AND s.clock <> 'frozen'
    AND coalesce(t.closed_at, t.updated_at)
        <= coalesce(%(now)s::timestamptz, s.virtual_now, statement_timestamp()) - %(kept)s
ORDER BY 5, 1, 2 LIMIT %(limit)s
"""


def due(sql: Sql, kept: timedelta, *, limit: int | None = None, now: datetime | None = None) -> list[Due]:
    """Contacts kept longer than `kept` after the end, by each site's clock unless `now` says when it is."""
    told = {"ended": [str(one) for one in ENDED], "kept": kept, "limit": limit, "now": now}
    rows = sql.execute(_DUE, told).fetchall()
    return [
        Due(StreamKey(site, stream), f"{code}-{stream}", row_id, ended_at)
        for site, stream, code, row_id, ended_at in rows
    ]


def forget_due(shop: Shop, kept: timedelta, *, now: datetime | None = None) -> int:
    """Erase the contacts of up to a hundred orders that are due, on record; how many it was."""
    with transaction(shop.engine) as sql:
        found = due(sql, kept, limit=BATCH, now=now)
    what = (PersonalData.CONTACT,)
    units = [
        Unit((Envelope(one.key, c.Erase(what, RETENTION), SYSTEM, erased=(one.row_id,)),)) for one in found
    ]
    answers = shop.execute(units, sites=(), skip_locked=True) if units else []
    for one, answer in zip(found, answers, strict=True):
        if answer.refused is not None:
            log.warning("not_forgotten", order=one.code, error=type(answer.refused).__name__)
    return sum(answer.refused is None and not answer.skipped for answer in answers)


def discard_pictures(shop: Shop, settings: Settings) -> int:
    """Take erased pictures off the shelf, with their thumbnails; how many. For who sees all sites.

    A picture that another photo shows as well stays. Files first, then the note of them: what breaks off is
    done again. Raises ShelfAway.
    """
    with transaction(shop.engine) as sql:
        rows = sql.execute(
            "SELECT d.sha256, EXISTS (SELECT FROM photo p WHERE p.sha256 = d.sha256) FROM discarded_picture d"
            " ORDER BY d.since"
        ).fetchall()
    shelf = shelf_of(settings)
    for sha256, shown in rows:
        if not shown:
            shelf.drop(thumbnail_of(sha256))
            shelf.drop(sha256)
    with transaction(shop.engine) as sql:
        sql.execute("DELETE FROM discarded_picture WHERE sha256 = ANY (%s)", ([row[0] for row in rows],))
    return sum(not shown for _, shown in rows)


def tend(shop: Shop, settings: Settings) -> bool:
    """What the pulse does about it; whether more is due, so that it does not do all at once."""
    forgotten = forget_due(shop, timedelta(days=settings.contact_days))
    try:
        discarded = discard_pictures(shop, settings)
    except ShelfAway:
        log.warning("shelf_away")
        discarded = 0
    if forgotten or discarded:
        log.info("forgotten", contacts=forgotten, pictures=discarded)
    return forgotten == BATCH
