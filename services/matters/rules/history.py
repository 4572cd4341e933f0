"""A site's own history as cases for a backtest, and the rules that it is under."""

from models.domain.backtest.history import Case, Recorded, case_of
from models.domain.orders.kind import ORDER
from models.domain.playbook.parse import ParsedPlaybook, read_playbook
from services.store.contexts import SiteClock, Sql, UnknownSite
from services.store.streams import event_of

_EVENTS = """
SELECT e.stream_id, e.payload FROM event e JOIN (
    SELECT stream_id FROM stream WHERE site_id = %(site)s AND kind = 'order'
    ORDER BY reported_at DESC, stream_id DESC LIMIT %(most)s) s USING (stream_id)
WHERE e.site_id = %(site)s ORDER BY e.stream_id, e.seq
"""


def cases_of_site(sql: Sql, site_id: int, code: str, *, most: int | None = None) -> list[Case]:
    """The site's orders as its ledger has them, or the latest of them."""
    cases: list[Case] = []
    events: list[Recorded] = []
    current = None
    for stream, payload in sql.execute(_EVENTS, {"site": site_id, "most": most}):
        if stream != current and events:
            cases.append(case_of(f"{code}-{current}", events))
            events = []
        current = stream
        events.append(Recorded(*event_of(ORDER, payload)))
    if events:
        cases.append(case_of(f"{code}-{current}", events))
    return cases


def source_of(sql: Sql, site: SiteClock) -> str:
    """The words of the rules that new orders of a site are dispatched under."""
    row = sql.execute(
        "SELECT source FROM playbook WHERE site_id = %s AND digest = %s", (site.id, site.playbook)
    ).fetchone()
    if row is None:
        raise UnknownSite(site.code)
    return str(row[0])


def current_rules(sql: Sql, site: SiteClock) -> ParsedPlaybook:
    """The rules that new orders of a site are dispatched under."""
    return read_playbook("playbook.toml", source_of(sql, site))
