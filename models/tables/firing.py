"""A step that was reached: proof of when it was due and when it fired; a second one cannot be written."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Computed, Index, Interval
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class Firing(SQLModel, table=True):
    """A step that was reached: proof of when it was due and when it fired; a second one cannot be written."""

    __tablename__ = "firing"
    __table_args__ = (Index("firing_when", "fired_at"),)

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
    playbook: str
    playbook_version: int
    """The rules by which it was reached."""
    calendar_version: int
    """The days by which its deadline was counted."""
    lateness: timedelta | None = Field(
        default=None,
        sa_column=Column(Interval, Computed("fired_at - due_at", persisted=True), nullable=False),
    )
    """`fired_at - due_at`, kept by the database itself."""
