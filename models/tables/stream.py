"""A stream as it is now: the image of its state, the head of its chain, and what lists ask for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, json, raw, small, words


class Stream(SQLModel, table=True):
    """A stream as it is now: the image of its state, the head of its chain, and what lists ask for."""

    __tablename__ = "stream"
    __table_args__ = (
        Index("stream_open", "site_id", "status", "stream_id"),
        Index("stream_parties", "parties", postgresql_using="gin"),
        Index(
            "stream_matters",
            "site_id",
            "kind",
            text("reported_at DESC"),
            postgresql_where=text("kind <> 'order'"),
        ),
    )

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    kind: str
    seq: int
    head: bytes = Field(sa_column=raw())
    state: dict[str, Any] = Field(sa_column=json())
    status: str
    category: str | None = None
    severity: str
    origin: str
    space: str
    colour: str
    supervised: bool
    parties: list[str] = Field(sa_column=words())
    holders: list[str] = Field(sa_column=words())
    reported_at: datetime = Field(sa_column=instant())
    promised_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    closed_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    updated_at: datetime = Field(sa_column=instant())
