"""Something that the operator has to know, as long as it is so, and when he was told."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.tables.columns import instant


class Alert(SQLModel, table=True):
    """Something that the operator has to know, as long as it is so, and when he was told."""

    __tablename__ = "alert"
    __table_args__ = (Index("alert_open", "tell_at", postgresql_where=text("cleared_at IS NULL")),)

    name: str = Field(primary_key=True)
    """What kind of thing it is; also the label of its metric."""
    key: str = Field(primary_key=True)
    """Which of them: a queue, an endpoint, an order."""
    words: str
    first_at: datetime = Field(sa_column=instant())
    last_at: datetime = Field(sa_column=instant())
    count: int
    """How often it was raised since it was last clear."""
    cleared_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    tell_at: datetime = Field(sa_column=instant())
    """When it is to be pushed next."""
    told_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    """When it last reached the operator."""
