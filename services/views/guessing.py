"""Proposes a category from words as they are typed, learnt from the site's own orders and the playbook."""

import math
import time
from collections.abc import Iterator
from datetime import timedelta

from models.domain.guessing import Guesser, learn
from models.domain.orders.kind import ORDER
from services.execute import Shop
from services.store.contexts import read_sites
from services.store.transactions import transaction

LEARNT_FROM = 1000
"""Orders at most, the newest."""
KEPT = timedelta(minutes=10)
_TIMES = 3
"""What the playbook says counts as much as so many orders: somebody thought about it."""


class Guesses:
    """What was learnt of each site, for a while; threads may learn the same twice."""

    def __init__(self) -> None:
        self._learnt: dict[int, tuple[float, Guesser]] = {}

    def of(self, shop: Shop, site_id: int, words: str) -> list[str]:
        """The likely categories of a site's playbook by code, the likeliest first."""
        learnt_at, guesser = self._learnt.get(site_id, (-math.inf, None))
        if guesser is None or time.monotonic() - learnt_at > KEPT.total_seconds():
            guesser = learn(_examples(shop, site_id))
            self._learnt[site_id] = (time.monotonic(), guesser)
        return guesser.guess(words)


def _examples(shop: Shop, site_id: int) -> Iterator[tuple[str, str]]:
    with transaction(shop.engine, [site_id]) as sql:
        categories = shop.contexts.of(sql, read_sites(sql, [site_id])[site_id]).playbook.categories
        rows = sql.execute(
            "SELECT s.category, left(p.body, 200) FROM stream s JOIN private_row p ON p.site_id = s.site_id"
            " AND p.id = s.state->'description'->>'id' WHERE s.site_id = %s AND s.kind = %s"
            " AND s.category = ANY (%s) AND p.body IS NOT NULL ORDER BY s.stream_id DESC LIMIT %s",
            (site_id, ORDER.name, list(categories), LEARNT_FROM),
        ).fetchall()
    for rule in categories.values():
        for words in (rule.name, rule.name_en or "", *rule.examples) * _TIMES:
            yield rule.code, words
    yield from rows
