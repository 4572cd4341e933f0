"""One case of the figures: copied from an order's events, so that thousands of orders count at once."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class FigureCase(SQLModel, table=True):
    """One case of the figures: copied from an order's events, so that thousands of orders count at once."""

    __tablename__ = "figure_case"
    __table_args__ = (Index("figure_case_when", "site_id", "at"),)

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    number: int = Field(sa_column=small(key=True))
    """Of the order's cases, from 0."""
    what: str
    word: str
    party: str
    category: str
    """As the order's is now; empty where nobody knows it yet."""
    space: str
    at: datetime = Field(sa_column=instant())
    good: bool | None = None
    micros: int | None = Field(default=None, sa_column=big(null=True))
