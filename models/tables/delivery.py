"""One notice to one person over one channel, and what became of it."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class Delivery(SQLModel, table=True):
    """One notice to one person over one channel, and what became of it."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_due", "site_id", "created_at", postgresql_where=text("state = 'queued'")),
        Index("delivery_stream", "site_id", "stream_id"),
        UniqueConstraint("notice_id", "member", "kind", postgresql_nulls_not_distinct=True),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    notice_id: int = Field(sa_column=big())
    notice_ids: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """All notices of one stream and instant that the message tells the person, `notice_id` first."""
    stream_id: int = Field(sa_column=big())
    party: str
    member: str | None = None
    channel_id: int | None = None
    kind: str
    language: str
    state: str = "queued"
    result: str | None = None
    created_at: datetime = Field(sa_column=instant())
    finished_at: datetime | None = Field(default=None, sa_column=instant(null=True))

    lease_until: datetime | None = Field(default=None, sa_column=instant(null=True))
    lease_token: str | None = None
    attempts: int = 0
