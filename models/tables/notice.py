"""通知 as the core wants it: which role of which party, why; the send lane finds the people."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, words


class Notice(SQLModel, table=True):
    """通知 as the core wants it: which role of which party, why; the send lane finds the people."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("notice_due", "site_id", "send_at", postgresql_where=text("expanded_at IS NULL")),
        Index("notice_stream", "site_id", "stream_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    stream_id: int = Field(sa_column=big())
    seq: int
    party: str
    role: str
    why: list[str] = Field(sa_column=words())
    urgency: str
    created_at: datetime = Field(sa_column=instant())
    send_at: datetime = Field(sa_column=instant())
    expanded_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    outcome: str | None = None
    """What the expansion found: told, nobody (no one with a channel), moot (no longer true), or dropped."""

    lease_until: datetime | None = Field(default=None, sa_column=instant(null=True))
    lease_token: str | None = None
    attempts: int = 0
