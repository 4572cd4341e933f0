"""Up to which event an order's cases were read, and when they change though nothing happens."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class FigureRead(SQLModel, table=True):
    """Up to which event an order's cases were read, and when they change though nothing happens."""

    __tablename__ = "figure_read"

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    seq: int
    again_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    """When the next open limit counts as missed."""
