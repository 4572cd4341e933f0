"""The next step of an open deadline: a projection of the stream's state, and the fire lane's queue."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class TimerRow(SQLModel, table=True):
    """The next step of an open deadline: a projection of the stream's state, and the fire lane's queue."""

    __tablename__ = "timer"
    __table_args__ = (Index("timer_due", "site_id", "fire_at"),)

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    deadline_id: int = Field(sa_column=small(key=True))
    generation: int
    fire_at: datetime = Field(sa_column=instant())
    party: str
    kind: str

    lease_until: datetime | None = Field(default=None, sa_column=instant(null=True))
    lease_token: str | None = None
    attempts: int = 0
