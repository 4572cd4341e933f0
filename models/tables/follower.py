"""The code by which somebody follows an order that another reported."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class Follower(SQLModel, table=True):
    """The code by which somebody follows an order that another reported."""

    __tablename__ = "follower"

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    digest: str = Field(primary_key=True)
    """Keyed, and of this order: the code itself is kept nowhere."""
    created_at: datetime = Field(sa_column=instant())
