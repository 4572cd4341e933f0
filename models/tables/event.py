"""An event of the ledger: canonical bytes and their place in the chain; never changed, never deleted."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, raw, small


class EventRow(SQLModel, table=True):
    """An event of the ledger: canonical bytes and their place in the chain; never changed, never deleted."""

    __tablename__ = "event"

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    seq: int = Field(sa_column=small(key=True))
    type: str
    at: datetime = Field(sa_column=instant())
    payload: bytes = Field(sa_column=raw())
    digest: bytes = Field(sa_column=raw())
