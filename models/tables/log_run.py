"""Leaves of the log that stand beside each other and hold consecutive events of one stream."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import big, raw, small


class LogRun(SQLModel, table=True):
    """Leaves of the log that stand beside each other and hold consecutive events of one stream."""

    __tablename__ = "log_run"
    __table_args__ = (UniqueConstraint("site_id", "stream_id", "first_seq"),)

    first_index: int = Field(sa_column=big(key=True))
    """The place in the log of the first leaf, from 0."""
    site_id: int = Field(sa_column=small())
    stream_id: int = Field(sa_column=big())
    first_seq: int
    last_seq: int
    leaves: bytes = Field(sa_column=raw())
    """Their hashes, 32 bytes each."""
