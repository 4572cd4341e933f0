"""New events that the log does not hold yet: the sequencer's queue, filled by a trigger on `event`."""

from sqlalchemy import BigInteger, Column, Identity
from sqlmodel import Field, SQLModel

from models.tables.columns import big


class LogPending(SQLModel, table=True):
    """New events that the log does not hold yet: the sequencer's queue, filled by a trigger on `event`."""

    __tablename__ = "log_pending"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    stream_id: int = Field(sa_column=big())
    first_seq: int
    last_seq: int
