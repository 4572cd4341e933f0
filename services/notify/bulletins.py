"""What a bulletin says: the checkpoint as it is signed, to be kept, and what it is good for."""

from zoneinfo import ZoneInfo

from services.ledger.telling import NO_STREAM, note_of
from services.notify.facts import Draft
from services.notify.wording import Text, local_time, texts
from services.store.contexts import SiteClock, Sql


def is_bulletin(draft: Draft) -> bool:
    """Whether it tells of no order."""
    return draft.key.stream_id == NO_STREAM


def word_bulletin(sql: Sql, draft: Draft, site: SiteClock, zone: str) -> Text:
    """The checkpoint of the bulletin.

    Raises:
        LookupError: there is no such bulletin.
    """
    note = note_of(sql, draft.key.site_id, draft.told_at)
    if note is None:
        raise LookupError(draft.id)
    words = texts(draft.language)["bulletin"]
    at = local_time(draft.told_at, ZoneInfo(zone), draft.language)
    return Text(words["title"].format(code=site.code, at=at), f"{words['body']}\n\n{note}")
