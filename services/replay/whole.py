"""All or nothing: a workshop whose every transaction is part of one, for what must not stay behind half done.

A killed process leaves nothing, since PostgreSQL forgets what was not committed; and nothing else could clear
it away, because no role may delete an event.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection
from psycopg.conninfo import make_conninfo
from sqlalchemy import StaticPool, create_engine

from services.execute import Shop
from services.store.contexts import Contexts
from services.store.transactions import transaction


class _Held(Connection[Any]):
    """A connection whose commits wait for the last one; to leave one transaction early gives all up."""

    holding = False

    def commit(self) -> None:
        """Commit, unless everything is held together."""
        if not self.holding:
            super().commit()

    def rollback(self) -> None:
        """Roll back; while everything is held together nothing may go on after that."""
        super().rollback()
        if self.holding:
            self.close()


@contextmanager
def all_or_nothing(shop: Shop) -> Iterator[Shop]:
    """A workshop beside `shop` whose work is committed at the end, together, or not at all."""
    with transaction(shop.engine) as sql:
        held = _Held.connect(make_conninfo(sql.info.dsn, password=sql.info.password))
    engine = create_engine(
        shop.engine.url, creator=lambda: held, poolclass=StaticPool, pool_reset_on_return=None
    )
    try:
        with engine.connect():  # the dialect asks the server who it is, and rolls back
            held.holding = True
        yield Shop(engine, Contexts())
        held.holding = False
        held.commit()
    finally:
        held.close()
