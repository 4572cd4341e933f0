"""What the message about a week's report says: a few numbers as they stood then, and where the whole is."""

from services.ledger.telling import NO_STREAM
from services.notify.facts import Draft
from services.notify.wording import Text, texts
from services.store.contexts import SiteClock, Sql

WHY = "weekly"
"""The reason of its notices."""


def is_weekly(draft: Draft) -> bool:
    """Whether it tells of a week's report."""
    return draft.key.stream_id == NO_STREAM and WHY in draft.why


def word_weekly(sql: Sql, draft: Draft, site: SiteClock, url: str) -> Text:
    """The week's numbers, without a name of anybody. Who stands in for somebody reads the same.

    Raises:
        LookupError: there is no such report.
    """
    row = sql.execute(
        "SELECT week, title, body FROM weekly_report WHERE site_id = %s AND told_at = %s"
        " ORDER BY member = %s DESC, member LIMIT 1",
        (draft.key.site_id, draft.told_at, draft.member or ""),
    ).fetchone()
    if row is None:
        raise LookupError(draft.id)
    week, title, body = row
    whole = texts(draft.language)["weekly"]["whole"]
    page = f"{url}/figures?site={site.code}&span=week&day={week}"
    return Text(title, f"{body}\n\n{whole.format(url=page)}")
