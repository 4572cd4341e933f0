"""A connection that breaks at a chosen place: before a statement, before a commit, or after one arrived.

Between two commits the server keeps nothing of what a dead client had said, so the places before each
statement and around each commit are all that there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Cursor
from psycopg.abc import Params
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool

from services.store.engine import DatabaseRole

DIES = "dies"
"""The process ends: nothing of ours is asked any more."""
CUT = "cut"
"""The connection is lost and the process lives: whoever asked is told so, and goes on as he sees fit."""


class Died(BaseException):
    """Stands for kill -9."""


@dataclass(slots=True)
class Fuse:
    """Counts the places that are passed, and breaks at the chosen one, once."""

    place: int | None = None
    how: str = DIES
    passed: int = 0
    blown: bool = False
    armed: bool = False

    def arm(self, place: int | None, how: str = DIES) -> None:
        """Count from now on, and break at the place, if one is given."""
        self.place, self.how, self.passed, self.blown, self.armed = place, how, 0, False, True

    def disarm(self) -> int:
        """Neither count nor break; how many places were passed."""
        self.armed = False
        return self.passed

    def pass_(self, connection: psycopg.Connection[Any]) -> None:
        """A place."""
        if not self.armed:
            return
        self.passed += 1
        if self.place is not None and self.passed == self.place and not self.blown:
            self.blown = True
            connection.pgconn.finish()
            if self.how == DIES:
                self.armed = False
                raise Died
            raise psycopg.OperationalError("the connection was cut")


class BreakingCursor(Cursor[Any]):
    """Passes a place before each statement."""

    def execute(self, query: Any, params: Params | None = None, **more: Any) -> Any:
        self._fuse().pass_(self.connection)
        return super().execute(query, params, **more)

    def executemany(self, query: Any, params_seq: Iterable[Params], **more: Any) -> None:
        self._fuse().pass_(self.connection)
        super().executemany(query, params_seq, **more)

    def _fuse(self) -> Fuse:
        connection = self.connection
        assert isinstance(connection, BreakingConnection)
        return connection.fuse


class BreakingConnection(psycopg.Connection[Any]):
    """Passes a place before each commit, and another when it has arrived but nobody knows."""

    fuse: Fuse

    def commit(self) -> None:
        self.fuse.pass_(self)
        super().commit()
        if self._pipeline is not None:
            self._pipeline.sync()
        self.fuse.pass_(self)


def breaking_engine(url: str, fuse: Fuse) -> Engine:
    """Connections under the worker's role that break with the fuse."""

    def connect() -> BreakingConnection:
        options = f"-c role={DatabaseRole.WORKER} -c statement_timeout=30s -c lock_timeout=10s"
        made: BreakingConnection = BreakingConnection.connect(
            url, options=options, cursor_factory=BreakingCursor
        )
        made.fuse = fuse
        return made

    return create_engine(
        "postgresql+psycopg://", creator=connect, poolclass=QueuePool, pool_size=4, max_overflow=0
    )
