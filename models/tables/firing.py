"""A step that was reached: proof of when it was due and when it fired; a second one cannot be written."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class Firing(SQLModel, table=True):
    """A step that was reached: proof of when it was due and when it fired; a second one cannot be written."""

    __tablename__ = "firing"

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    deadline_id: int = Field(sa_column=small(key=True))
    rung: str = Field(primary_key=True)
    occurrence: int = Field(sa_column=small(key=True))
    seq: int
    kind: str
    party: str
    due_at: datetime = Field(sa_column=instant())
    fired_at: datetime = Field(sa_column=instant())
    skipped: bool
