"""What is kept of a reporter, for the reporter to take along."""

from datetime import datetime

from pydantic import BaseModel, Field

from models.domain.ledger import vouched
from models.domain.streams import StreamKey
from services import voices
from services.callers import Caller
from services.execute import Shop
from services.privacy.erasing import events_of_reporter
from services.store.contacts import read_contact
from services.store.contexts import Sql
from services.store.private import read_texts
from services.store.transactions import transaction
from services.views.events import seen_events
from services.views.found import find
from services.views.language import Language


class Said(BaseModel):
    """Words of the reporter."""

    seq: int = Field(description="By which event of the order.")
    at: datetime
    words: str


class Shown(BaseModel):
    """A photo of the reporter."""

    id: str = Field(description="By which it is fetched: photos/ID.")
    at: datetime
    sha256: str = Field(description="Of the picture as it is kept.")
    received: str | None = Field(description="SHA-256 of the file as it was sent.")


class Told(BaseModel):
    """Something that happened to the order, as the reporter sees it."""

    seq: int
    at: datetime
    text: str


class Mine(BaseModel):
    """All that is kept of a reporter on one order."""

    code: str
    made_at: datetime
    name: str | None
    phone: str | None
    words: list[Said]
    voice: str | None = Field(description="What was said into the phone, as a data URL.")
    photos: list[Shown]
    events: list[Told]


def mine(shop: Shop, caller: Caller, key: StreamKey, language: Language) -> Mine:
    """What is kept of the order's reporter. Raises UnknownStream where the caller may not see the order."""
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, language)
        contact = read_contact(sql, key)
        events = seen_events(sql, found, caller.at(key.site_id))
        return Mine(
            code=found.code,
            made_at=found.now,
            name=contact.name if contact else None,
            phone=contact.phone if contact else None,
            words=_words(sql, key),
            voice=voices.read_kept(sql, key),
            photos=_photos(sql, key),
            events=[Told(seq=one.seq, at=one.at, text=one.text) for one in events],
        )


def _words(sql: Sql, key: StreamKey) -> list[Said]:
    texts = read_texts(sql, key)
    return [
        Said(seq=seq, at=datetime.fromisoformat(told["at"]), words=texts[text])
        for seq, told in events_of_reporter(sql, key)
        for text, _ in vouched(told["data"])
        if text in texts
    ]


def _photos(sql: Sql, key: StreamKey) -> list[Shown]:
    ids = [one for _, told in events_of_reporter(sql, key) for one, _ in vouched(told["data"])]
    rows = sql.execute(
        "SELECT id, created_at, sha256, received FROM photo WHERE site_id = %s AND id = ANY (%s)"
        " AND sha256 IS NOT NULL ORDER BY created_at, id",
        (key.site_id, ids),
    )
    return [Shown(id=row[0], at=row[1], sha256=row[2], received=row[3]) for row in rows]
