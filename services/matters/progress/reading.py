"""The progress of a week: the orders and what is around them as they were when it ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.orders.kind import ORDER
from models.domain.orders.rules import Context
from models.domain.words import OrderStatus
from services.execute import Shop
from services.matters.progress import views as v
from services.matters.progress.folding import MOST, Then, folded, words_of
from services.matters.progress.milestones import AROUND, GONE
from services.matters.progress.weeks import Week, week_at, week_called
from services.matters.progress.why import reasons
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.transactions import now_of, transaction
from services.views import labels
from services.views.board import SHOWN, UNENDED
from services.views.catalogues import words_in
from services.views.language import Language, name_of, party_name
from services.views.models import Named

_ORDERS = """
SELECT stream_id, state->'public_title'->>'id', state->'assignments' FROM stream
WHERE site_id = %(site)s AND kind = %(kind)s AND status = ANY (%(shown)s) AND reported_at < %(ends)s
    AND (closed_at IS NULL OR closed_at >= %(begins)s)
ORDER BY reported_at DESC LIMIT %(most)s
"""
_AROUND = """
SELECT stream_id, kind FROM stream
WHERE site_id = %(site)s AND kind = ANY (%(kinds)s) AND status <> ALL (%(gone)s)
    AND reported_at < %(ends)s AND (updated_at >= %(begins)s OR closed_at IS NULL)
ORDER BY reported_at DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """The site while a week of it is looked at."""

    clock: SiteClock
    context: Context
    now: datetime
    week: Week
    language: Language

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the week's first instant to its end; to now, while it lasts."""
        return self.week.begins, min(self.week.ends, self.now + timedelta(microseconds=1))

    def room(self, code: str) -> str:
        """Its name."""
        space = self.context.site.spaces.get(code)
        return name_of(space, self.language) if space else code

    def category(self, code: str | None) -> str | None:
        """Its name."""
        found = self.context.playbook.categories.get(code or "")
        return ((self.language == "en" and found.name_en) or found.name) if found else None


class NoWeek(LookupError):
    """There is no such week, or it lies ahead."""


def progress(shop: Shop, site_id: int, code: str | None, language: Language) -> v.ProgressView:
    """The progress of a week; of the current one without a code.

    Raises:
        NoWeek: there is none of that name, or it has not begun.
    """
    with transaction(shop.engine, [site_id]) as sql:
        site = read_sites(sql, [site_id])[site_id]
        context = shop.contexts.of(sql, site)
        now, zone = site.virtual_now or now_of(sql), context.site.zone
        week = week_called(code, zone) if code else week_at(now, zone)
        if week is None or week.begins > now:
            raise NoWeek(code)
        return _view(sql, _Place(site, context, now, week, language))


def _view(sql: Sql, place: _Place) -> v.ProgressView:
    site, week = place.clock, place.week
    lines = list(_orders(sql, place))
    open_ = [one for one in lines if isinstance(one, v.OpenLine)]
    happened, planned = _around(sql, place)
    far = place.now + timedelta(days=3650)
    first = sql.execute("SELECT min(reported_at) FROM stream WHERE site_id = %s", (site.id,)).fetchone()
    return v.ProgressView(
        site=Named(code=site.code, name=(place.language == "en" and site.name_en) or site.name),
        zone=week.zone,
        week=week.code,
        begins=week.monday,
        ends=week.sunday,
        previous=week.moved(-1).code if first and first[0] and first[0] < week.begins else None,
        next=week.moved(1).code if week.ends <= place.now else None,
        current=week.ends > place.now,
        as_of=min(week.ends, place.now),
        done=sorted((x for x in lines if isinstance(x, v.DoneLine)), key=lambda x: x.closed_at, reverse=True),
        happened=happened,
        upcoming=sorted(
            (x for x in open_ if not isinstance(x, v.LateLine)), key=lambda x: x.promised_at or far
        ),
        planned=planned,
        late=sorted((x for x in open_ if isinstance(x, v.LateLine)), key=lambda x: x.reported_at),
    )


def _orders(sql: Sql, place: _Place) -> Iterator[v.DoneLine | v.OpenLine]:
    """Titles and explanations as they are public now: what was taken back since stays so."""
    begins, ends = place.span
    asked = {"site": place.clock.id, "kind": ORDER.name, "shown": list(SHOWN), "most": MOST}
    rows = sql.execute(_ORDERS, asked | {"begins": begins, "ends": ends}).fetchall()
    then = folded(sql, place.clock.id, dict.fromkeys((row[0] for row in rows), ORDER.name), place.span)
    told = {row[0]: _released(row[2]) for row in rows}
    ids = [row[1] for row in rows if row[1]] + [text for each in told.values() for text in each.values()]
    words = words_of(sql, place.clock.id, ids)
    for number, title, _ in rows:
        if number in then:
            one = _Order(place, then[number], words.get(title), told[number], words)
            yield from one.lines()


def _released(assignments: Mapping[str, Any] | None) -> dict[str, str]:
    """By party: the explanation that the office released."""
    return {
        party: one["told_public"]["id"] for party, one in (assignments or {}).items() if "told_public" in one
    }


@dataclass(frozen=True, slots=True)
class _Order:
    """An order as it was then, with what is public of it now."""

    place: _Place
    then: Then
    title: str | None
    released: Mapping[str, str]
    words: Mapping[str, str]

    def lines(self) -> Iterator[v.DoneLine | v.OpenLine]:
        """One line, or none where it was over before or is nothing that anybody waits for."""
        order, begins = self.then.state, self.place.week.begins
        if order.status is OrderStatus.CLOSED and order.closed_at and order.closed_at >= begins:
            yield v.DoneLine(**self._base(), closed_at=order.closed_at)
        elif order.status in UNENDED:
            yield self._open()

    def _base(self) -> dict[str, Any]:
        order, place = self.then.state, self.place
        return {
            "code": f"{place.clock.code}-{self.then.number}",
            "title": self.title,
            "space": place.room(order.space),
            "category": place.category(order.category),
            "reported_at": order.reported_at,
        }

    def _open(self) -> v.OpenLine:
        order, place = self.then.state, self.place
        status = labels.label(labels.STATUS, order.status, place.language)
        fields = self._base() | {
            "status": Named(code=order.status, name=status),
            "promised_at": order.promised_at,
            "why": reasons(self.then, place.context, place.language),
        }
        if order.colour != "red":
            return v.OpenLine(**fields)
        return v.LateLine(**fields, parties=list(self._explained()))

    def _explained(self) -> Iterator[v.Explained]:
        for one in self.then.state.acting():
            told = one.told_public.id if one.red and one.told_public else ""
            if told and told == self.released.get(one.party) and told in self.words:
                name = party_name(one.party, self.place.context.site, self.place.language)
                yield v.Explained(party=name, explanation=self.words[told])


def _around(sql: Sql, place: _Place) -> tuple[list[v.MilestoneLine], list[v.PlannedLine]]:
    begins, ends = place.span
    asked = {"site": place.clock.id, "kinds": list(AROUND), "gone": list(GONE), "most": MOST}
    rows = sql.execute(_AROUND, asked | {"begins": begins, "ends": ends}).fetchall()
    then = folded(sql, place.clock.id, dict(rows), place.span)
    titles = {one.number: AROUND[one.kind].title(one.state) for one in then.values()}
    words = words_of(sql, place.clock.id, [ref.id for ref in titles.values() if ref is not None])
    matters = [
        _Matter(place, one, words.get(ref.id, "") if (ref := titles[one.number]) else "")
        for one in then.values()
    ]
    happened = [line for one in matters for line in one.happened()]
    planned = [line for one in matters for line in one.planned()]
    return sorted(happened, key=lambda x: x.at, reverse=True), sorted(planned, key=lambda x: x.day)


@dataclass(frozen=True, slots=True)
class _Matter:
    """Something around the orders as it was then, with what it is called now; "" for nothing."""

    place: _Place
    then: Then
    title: str

    def happened(self) -> Iterator[v.MilestoneLine]:
        """What of it everybody may know."""
        known = AROUND[self.then.kind].events
        for at, event in self.then.happened:
            words = self._said(known.get(type(event)), getattr(event, "number", 1))
            if words is not None:
                yield v.MilestoneLine(at=at, words=words, page=self._page())

    def planned(self) -> Iterator[v.PlannedLine]:
        """What is due next."""
        due = AROUND[self.then.kind].due.get(getattr(self.then.state, "status", ""))
        words = self._said(due.words, 1) if due is not None else None
        if due is not None and words is not None:
            day = due.day(self.then.state, ZoneInfo(self.place.week.zone))
            yield v.PlannedLine(day=day, words=words, page=self._page())

    def _said(self, words: str | None, number: int) -> str | None:
        """None where nothing is said of it, or its title was erased."""
        if words is None or ("{title}" in words and not self.title):
            return None
        between = "、" if self.place.language == "zh" else ", "
        space = between.join(map(self.place.room, AROUND[self.then.kind].rooms(self.then.state)))
        said = words_in(self.place.language).gettext(words)
        return said.format(title=self.title, space=space, number=number)

    def _page(self) -> str:
        told, site, number = AROUND[self.then.kind], self.place.clock.code, self.then.number
        place = next(iter(told.rooms(self.then.state)), "")
        page = told.page.format(code=f"{site}-{number}", own=number, place=place)
        return f"/public/{site}{page}"
