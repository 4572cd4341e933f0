"""What is asked of the cases, and the three queries that answer it, however many orders there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.figures.cases import Kind
from models.domain.figures.periods import Period
from models.domain.orders.figures import FEW, Figure, Rate
from services.store.contexts import Sql

_FIGURES = [str(one) for one in Figure]
_RANKED = [str(Kind.DONE_IN), str(Kind.LATE)]
TYPICAL_OF = timedelta(days=180)
"""How far back 'typical time to done' looks."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """To what figures are narrowed; empty ones do not narrow."""

    party: str = ""
    category: str = ""
    space: str = ""


ALL = Narrowed()


@dataclass(frozen=True, slots=True)
class Asked:
    """The figures of a site in a period."""

    site_id: int
    zone: ZoneInfo
    period: Period
    narrowed: Narrowed = ALL

    @property
    def values(self) -> dict[str, Any]:
        """For the queries."""
        since, until = self.period.instants(self.zone)
        edges = [one.instants(self.zone)[0] for one in self.period.trend()]
        return {
            "site": self.site_id,
            "before": self.period.moved(-1).instants(self.zone)[0],
            "since": since,
            "until": until,
            "edges": edges,
            "first": edges[0],
            "figures": _FIGURES,
            "ranked": _RANKED,
            "party": self.narrowed.party,
            "category": self.narrowed.category,
            "space": self.narrowed.space,
        }


@dataclass(frozen=True, slots=True)
class Count:
    """So many cases of one kind, party, category and room, in the period or in the one before."""

    what: str
    word: str
    party: str
    category: str
    space: str
    now: bool
    many: int
    good: int
    micros: int


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Of so many: half took no longer than `p50`, nine of ten no longer than `p90`; microseconds."""

    many: int
    p50: int
    p90: int
    most: int


@dataclass(frozen=True, slots=True)
class Answer:
    """All that was counted."""

    counts: tuple[Count, ...]
    trend: dict[tuple[str, int], Rate]
    """By figure and place in the trend, from 0."""
    ranked: dict[tuple[str, str, str], Quantiles]
    """By kind, word, category."""

    def of(self, what: str, **wanted: object) -> list[Count]:
        """The counts of a kind in the period itself, unless `now=False` is wanted."""
        wanted = {"now": True, "what": what} | wanted
        return [one for one in self.counts if all(getattr(one, key) == is_ for key, is_ in wanted.items())]

    def rate(self, figure: str, **wanted: object) -> Rate:
        """A rate: of all, or of a party, a category, a room."""
        found = self.of(figure, **wanted)
        return Rate(sum(one.good for one in found), sum(one.many for one in found))


_NARROWED = """
site_id = %(site)s AND %(party)s::text IN ('', party) AND %(category)s::text IN ('', category)
    AND %(space)s::text IN ('', space)
"""
_COUNTS = f"""
SELECT what, word, party, category, space, at >= %(since)s, count(*)::int,
    (count(*) FILTER (WHERE good))::int, coalesce(sum(micros), 0)::bigint
FROM figure_case WHERE {_NARROWED} AND at >= %(before)s AND at < %(until)s GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - our own constants
_TREND = f"""
SELECT what, width_bucket(at, %(edges)s::timestamptz[]) - 1, (count(*) FILTER (WHERE good))::int,
    count(*)::int
FROM figure_case WHERE {_NARROWED} AND at >= %(first)s AND at < %(until)s AND what = ANY (%(figures)s)
GROUP BY 1, 2
"""  # noqa: S608 - our own constants
_QUANTILES = f"""
SELECT what, word, CASE what WHEN 'late' THEN '' ELSE category END, count(*)::int,
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY micros), max(micros)
FROM figure_case WHERE {_NARROWED} AND at >= %(since)s AND at < %(until)s AND what = ANY (%(ranked)s)
GROUP BY 1, 2, 3
"""  # noqa: S608 - our own constants
_TYPICAL = """
SELECT category, count(*)::int, percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY micros), max(micros)
FROM figure_case
WHERE site_id = %(site)s AND at >= %(since)s AND at < %(until)s AND what = 'done_in'
    AND category = ANY (%(categories)s)
GROUP BY 1 HAVING count(*) >= %(few)s
"""


def count(sql: Sql, asked: Asked) -> Answer:
    """Count the period, the one before it, and the trend."""
    values = asked.values
    return Answer(
        tuple(Count(*row) for row in sql.execute(_COUNTS, values)),
        {(row[0], row[1]): Rate(row[2], row[3]) for row in sql.execute(_TREND, values)},
        {
            (what, word, category): Quantiles(many, ranks[0], ranks[1], most)
            for what, word, category, many, ranks, most in sql.execute(_QUANTILES, values)
        },
    )


def typical(sql: Sql, site_id: int, categories: Iterable[str], now: datetime) -> dict[str, Quantiles]:
    """How long the work of some categories took lately, in working time; only of ten cases and more."""
    rows = sql.execute(
        _TYPICAL,
        {
            "site": site_id,
            "since": now - TYPICAL_OF,
            "until": now,
            "categories": list(categories),
            "few": FEW,
        },
    )
    return {category: Quantiles(many, ranks[0], ranks[1], most) for category, many, ranks, most in rows}
