"""A signed statement of what the log was (C2SP tlog-checkpoint); never changed, never deleted."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class LogCheckpoint(SQLModel, table=True):
    """A signed statement of what the log was (C2SP tlog-checkpoint); never changed, never deleted."""

    __tablename__ = "log_checkpoint"

    size: int = Field(sa_column=big(key=True))
    issued_at: datetime = Field(sa_column=instant())
    note: str
