"""Who wants the weekly report, and telling them: once a week each, on the first working hour of the next.

That somebody was told is written in the same transaction as the notice, under a key that no second row
can have: a crash leaves both or none, any number of pulses tell once. Then it is a notice like others.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.domain.business_time.arithmetic import next_open
from models.domain.figures.periods import Period, Span, begins, last_week
from models.domain.orders.notices import NAMED
from models.domain.policy import SITE, Permission
from models.domain.streams import Urgency
from services.callers import Caller, NotPermitted
from services.execute import Shop
from services.figures.asking import Wish, read, site_of
from services.figures.keeping import AT_ONCE, keep
from services.figures.views import said
from services.ledger.telling import NO_STREAM
from services.notify.weekly import WHY
from services.notify.wording import Text, texts
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.transactions import transaction
from services.views.language import Language


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whether somebody is sent the weekly report, and over what it could go."""

    member: bool
    """Only a member of a party can be."""
    wanted: bool
    reachable: bool
    """Whether the member has a channel."""


def wanted(shop: Shop, caller: Caller, site: str) -> Wanted:
    """How it stands for the caller. Raises UnknownStream."""
    number = site_of(caller, site)
    with transaction(shop.engine, caller.site_ids) as sql:
        row = sql.execute(
            "SELECT EXISTS (SELECT FROM subscription u WHERE (u.site_id, u.member) = (m.site_id, m.code)),"
            " EXISTS (SELECT FROM channel c WHERE (c.site_id, c.member) = (m.site_id, m.code))"
            " FROM member m WHERE m.site_id = %s AND m.code = %s AND m.party IS NOT NULL",
            (number, caller.at(number).person),
        ).fetchone()
    return Wanted(member=row is not None, wanted=bool(row and row[0]), reachable=bool(row and row[1]))


def want(shop: Shop, caller: Caller, site: str, *, wants: bool) -> None:
    """Begin or end it; what is so already stays so.

    Raises:
        UnknownStream: no such site, or the caller may not see its figures.
        NotPermitted: the caller is no member of a party there.
    """
    number, member = site_of(caller, site), caller.at(site_of(caller, site)).person
    if not wanted(shop, caller, site).member:
        raise NotPermitted
    with transaction(shop.engine, caller.site_ids) as sql:
        if wants:
            sql.execute(
                "INSERT INTO subscription (site_id, member, since) VALUES (%s, %s, statement_timestamp())"
                " ON CONFLICT DO NOTHING",
                (number, member),
            )
        else:
            sql.execute("DELETE FROM subscription WHERE site_id = %s AND member = %s", (number, member))


# Whoever subscribed after the week began hears of it when the next one does.
_DUE = """
SELECT u.site_id, u.member, m.party, m.language, s.zone, statement_timestamp()
FROM subscription u JOIN site s ON s.id = u.site_id
JOIN member m ON (m.site_id, m.code) = (u.site_id, u.member)
CROSS JOIN LATERAL (SELECT date_trunc('week', statement_timestamp() AT TIME ZONE s.zone) AS monday) AS w
WHERE s.clock = 'live' AND m.party IS NOT NULL AND m.role = ANY (%s)
    AND u.since < w.monday AT TIME ZONE s.zone
    AND EXISTS (SELECT FROM channel c WHERE (c.site_id, c.member) = (u.site_id, u.member))
    AND NOT EXISTS (SELECT FROM weekly_report r
        WHERE (r.site_id, r.member, r.week) = (u.site_id, u.member, w.monday::date - 7))
ORDER BY u.site_id, u.member
"""


@dataclass(frozen=True, slots=True)
class _Due:
    """A subscriber who was not told of the last week."""

    site_id: int
    member: str
    party: str
    language: str
    zone: str
    now: datetime


def tell(shop: Shop) -> int:
    """Put last week's report before the send lane for all who want it and were not told; how many."""
    with transaction(shop.engine) as sql:
        rows = sql.execute(_DUE, ([str(one) for one in SITE[Permission.SEE_FIGURES]],)).fetchall()
    due = [_Due(*row) for row in rows]
    if due:
        keep(shop, sorted({one.site_id for one in due}), most=AT_ONCE)
    with transaction(shop.engine) as sql:
        return sum(_tell(shop, sql, one) for one in due)


def _tell(shop: Shop, sql: Sql, due: _Due) -> bool:
    zone = ZoneInfo(due.zone)
    week = last_week(due.now, zone)
    site = read_sites(sql, [due.site_id])[due.site_id]
    text = _text(shop, sql, site, week, due)
    ours = sql.execute(
        "INSERT INTO weekly_report (site_id, member, week, told_at, title, body)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1",
        (due.site_id, due.member, week.first, due.now, text.title, text.body),
    ).fetchone()
    if ours is None:
        return False
    calendar = shop.contexts.of(sql, site).site.calendar_of(due.party)
    sql.execute(
        "INSERT INTO notice (site_id, stream_id, seq, party, role, why, urgency, created_at, send_at)"
        " VALUES (%s, %s, 0, %s, %s, %s, %s, %s, %s)",
        (
            *(due.site_id, NO_STREAM, due.party, f"{NAMED}{due.member}", [WHY], str(Urgency.ORDINARY)),
            due.now,
            next_open(calendar, max(due.now, begins(week.ends, zone))),
        ),
    )
    return True


def _text(shop: Shop, sql: Sql, site: SiteClock, week: Period, due: _Due) -> Text:
    language: Language = "en" if due.language == "en" else "zh"
    view = read(shop, sql, site, Wish(Span.WEEK, week.first), language)
    words = texts(language)["weekly"]
    title = words["title"].format(code=site.code, first=week.first, last=week.last)
    lines = [words["counts"].format(reported=view.reported.many, closed=view.closed.many)]
    lines += [f"{one.name} {said(one, language)}" for one in view.figures if one.now.denominator]
    return Text(title, "\n".join(lines))
