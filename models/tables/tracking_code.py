"""The code by which who reported without an account comes back to the order."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class TrackingCode(SQLModel, table=True):
    """The code by which who reported without an account comes back to the order."""

    __tablename__ = "tracking_code"

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    digest: str
    """Keyed, and of this order: the code itself is kept nowhere."""
    created_at: datetime = Field(sa_column=instant())
