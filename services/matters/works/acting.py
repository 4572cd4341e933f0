"""Works are announced, changed, walked before, begun, ended, cancelled; one at a time at a site."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time

from models.domain.codec import decode
from models.domain.matter import Command
from models.domain.matters.works import commands as c
from models.domain.matters.works.decide import fits
from models.domain.matters.works.kind import WORKS
from models.domain.matters.works.rules import may_record_walk, may_see
from models.domain.matters.works.state import Plan, Works
from models.domain.orders.refusals import BadValue
from models.domain.streams import StreamKey
from models.domain.walks.kind import WALK
from models.domain.walks.state import Walk
from services.actions.table import Texts
from services.execute import Answer
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.matters.venues.reading import alone
from services.matters.works.reading import open_works
from services.store.contexts import Sql
from services.store.idempotency import Ticket
from services.store.transactions import transaction

SORT = Sort(WORKS, may_see)
LONGEST = 200
"""Of each text in characters: all of them fit on one sheet of paper."""
PHONE, MOBILE, WHAT, WORDY = "phone", "mobile", "what", "words"
"""Fields of which nothing can be made, beside those of the core."""
_PHONE = re.compile(r"[0-9+][0-9 ()+\-–—转,]{3,38}")
_MOBILE = re.compile(r"(\+?86)?1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Announcement:
    """What somebody filled in: days and hours of the site's local time."""

    begins: date
    until: date
    opens: time
    closes: time
    rooms: tuple[str, ...]
    what: str
    phone: str
    substitutes: tuple[str, ...] = ()
    elsewhere: str = ""
    urgent: str = ""


def find(one: Doer, sql: Sql, key: StreamKey) -> Found[Works]:
    """Announced works. Raises UnknownStream."""
    return kit.find(one, sql, key, SORT)


def announce(
    one: Doer, site_id: int, new: Announcement, ticket: Ticket | None = None
) -> tuple[StreamKey, Answer]:
    """Tell everybody. Raises BadValue for a telephone that is none, or a person's."""
    texts = Texts()
    plan, urgent = _plan(new, texts), texts.keep_if(new.urgent.strip() or None)
    with _away(one, site_id, plan) as away:
        command = c.AnnounceWorks(plan, urgent, away)
        return kit.begin(one, site_id, WORKS, Sent(command, texts.rows, ticket))


def change(one: Doer, key: StreamKey, new: Announcement, reason: str, ticket: Ticket | None = None) -> Answer:
    """Other days, hours, rooms or substitutes. Raises BadValue as `announce` does."""
    texts = Texts()
    _refuse_wordy(reason)
    plan, urgent = _plan(new, texts), texts.keep_if(new.urgent.strip() or None)
    with _away(one, key.site_id, plan, key.stream_id) as away:
        command = c.ChangeWorks(plan, texts.keep(reason), urgent, away)
        return kit.act(one, key, WORKS, Sent(command, texts.rows, ticket))


def record_walk(one: Doer, key: StreamKey, number: int | None, ticket: Ticket | None = None) -> Answer:
    """By this walk, or, without one, nothing was found. Raises BadValue: there is no such walk."""
    walk = None
    if number is not None:
        with transaction(one.shop.engine, [key.site_id]) as sql:
            walk = _walks(sql, key.site_id, number).get(number)
        if walk is None:
            raise BadValue("walk", "there is no such walk")
    return kit.act(one, key, WORKS, Sent(c.RecordWalk(number, walk), (), ticket))


def start(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """开工."""
    return kit.act(one, key, WORKS, Sent(c.StartWorks(), (), ticket))


def end(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """完工."""
    return kit.act(one, key, WORKS, Sent(c.EndWorks(), (), ticket))


def cancel(one: Doer, key: StreamKey, reason: str, ticket: Ticket | None = None) -> Answer:
    """They will not be. Raises BadValue for a reason that is too long."""
    texts = Texts()
    _refuse_wordy(reason)
    command: Command = c.CancelWorks(texts.keep(reason))
    return kit.act(one, key, WORKS, Sent(command, texts.rows, ticket))


def walks_for(sql: Sql, found: Found[Works]) -> dict[int, Walk]:
    """The walks by which the rooms may have been walked, the latest first."""
    known = _walks(sql, found.key.site_id)
    return {number: one for number, one in known.items() if fits(one, found.state, found.context)}


def waiting_for(one: Doer, sql: Sql, site_id: int, walk: Walk) -> list[Found[Works]]:
    """The works of a site before which the rooms are not walked yet, and this walk could be the one.

    Empty for whoever may not record it.
    """
    known = [each for each in kit.listed(one, sql, SORT, [site_id]) if each.state.owes_walk]
    actor = one.caller.at(site_id)
    return [
        each
        for each in known
        if may_record_walk(actor, each.context) and fits(walk, each.state, each.context)
    ]


def _walks(sql: Sql, site_id: int, number: int | None = None) -> dict[int, Walk]:
    rows = sql.execute(
        "SELECT stream_id, state FROM stream WHERE site_id = %s AND kind = %s"
        " AND stream_id = coalesce(%s, stream_id) ORDER BY stream_id DESC LIMIT %s",
        (site_id, WALK.name, number, kit.MOST_LISTED),
    )
    return {stream: decode(Walk, state) for stream, state in rows.fetchall()}


def _plan(new: Announcement, texts: Texts) -> Plan:
    phone = new.phone.strip()
    _refuse_wordy(new.what, new.elsewhere, new.urgent)
    if not new.what.strip():
        raise BadValue(WHAT, "say what is done, in a few words")
    if _PHONE.fullmatch(phone) is None:
        raise BadValue(PHONE, "give the telephone of the organisation, in digits")
    if _MOBILE.fullmatch(re.sub(r"[^0-9+]", "", phone)):
        raise BadValue(MOBILE, "that is a person's telephone; give the one that the organisation publishes")
    elsewhere = new.elsewhere.strip()
    return Plan(
        begins=new.begins,
        until=new.until,
        opens=f"{new.opens:%H:%M}",
        closes=f"{new.closes:%H:%M}",
        rooms=tuple(dict.fromkeys(new.rooms)),
        what=texts.keep(new.what.strip()),
        phone=texts.keep(phone),
        substitutes=tuple(dict.fromkeys(new.substitutes)),
        elsewhere=texts.keep_if(elsewhere or None),
    )


def _refuse_wordy(*texts: str) -> None:
    if any(len(one.strip()) > LONGEST for one in texts):
        raise BadValue(WORDY, f"at most {LONGEST} characters each")


@contextmanager
def _away(one: Doer, site_id: int, plan: Plan, but: int = 0) -> Iterator[Mapping[str, date]]:
    """Where nobody can go meanwhile, while nobody else closes a room there or announces works."""
    with alone(one.shop, site_id) as rooms:
        found = {s.closure.space: s.last for s in rooms.shut if s.holds(plan.begins, plan.until)}
        for number, works in _running(one, site_id).items():
            if number != but and works.holds(plan.begins, plan.until):
                found.update(dict.fromkeys(works.plan.rooms, works.plan.until))
        yield found


def _running(one: Doer, site_id: int) -> dict[int, Works]:
    with transaction(one.shop.engine, [site_id]) as sql:
        return open_works(sql, site_id)
