"""A stream that waits to be routed: the route lane's queue."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class Routing(SQLModel, table=True):
    """A stream that waits to be routed: the route lane's queue."""

    __tablename__ = "routing"
    __table_args__ = (Index("routing_due", "site_id", "wanted_at"),)

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    wanted_at: datetime = Field(sa_column=instant())

    lease_until: datetime | None = Field(default=None, sa_column=instant(null=True))
    lease_token: str | None = None
    attempts: int = 0
