"""What an operator did with a row in quarantine; never changed or deleted."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class DeadAction(SQLModel, table=True):
    """What an operator did with a row in quarantine; never changed or deleted."""

    __tablename__ = "dead_action"
    __table_args__ = (Index("dead_action_stream", "site_id", "stream_id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    stream_id: int = Field(sa_column=big())
    queue: str
    row_key: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    action: str
    """`retried` or `dropped`."""
    attempts: int
    error: str | None = None
    reason: str | None = None
    at: datetime = Field(sa_column=instant())
