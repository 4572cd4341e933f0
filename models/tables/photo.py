"""A picture beside the ledger: its bytes lie on the shelf under their SHA-256."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, raw, small


class PhotoRow(SQLModel, table=True):
    """A picture beside the ledger: its bytes lie on the shelf under their SHA-256."""

    __tablename__ = "photo"
    __table_args__ = (Index("photo_stream", "site_id", "stream_id"),)

    site_id: int = Field(sa_column=small(key=True))

    id: str = Field(primary_key=True)
    stream_id: int = Field(sa_column=big())
    secret: bytes | None = Field(default=None, sa_column=raw(null=True))
    sha256: str | None = None
    media_type: str
    width: int
    height: int
    size: int
    created_at: datetime = Field(sa_column=instant())
    received: str | None = None
    """SHA-256 of the file as it was sent, before it was redrawn."""
