"""Connections to PostgreSQL, each under one of the roles that own nothing."""

from enum import StrEnum

# Loaded here, so that a worker's children share these 18 MB: `create_engine` would load it after the fork.
import sqlalchemy.dialects.postgresql.psycopg  # noqa: F401
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool


class DatabaseRole(StrEnum):
    """Under which role a process works; OWNER migrates and sets up, and nothing else."""

    OWNER = "owner"
    APP = "lianban_app"
    WORKER = "lianban_worker"


STATEMENT_SECONDS = 30
_LIMITS = "-c idle_in_transaction_session_timeout=60s -c lock_timeout=10s"


def driver_url(database_url: str) -> str:
    """The address as SQLAlchemy spells it for psycopg 3."""
    return "postgresql+psycopg://" + database_url.split("://", 1)[1]


def open_engine(
    database_url: str, role: DatabaseRole, *, pool_size: int = 5, statement_seconds: int = STATEMENT_SECONDS
) -> Engine:
    """A bounded pool of connections under `role`, which holds from the first statement on.

    Without a ping: `transaction` finds out by its first statement whether a connection still lives.
    """
    limits = f"-c statement_timeout={statement_seconds}s {_LIMITS}"
    options = limits if role is DatabaseRole.OWNER else f"-c role={role} {limits}"
    return create_engine(
        driver_url(database_url),
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        connect_args={"options": options, "connect_timeout": 5, "application_name": f"lianban/{role}"},
    )
