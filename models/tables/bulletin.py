"""The checkpoint that was told to the leads of a site's parties on a day: what they hold against us."""

from datetime import date, datetime

from sqlalchemy import Column, Date
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class Bulletin(SQLModel, table=True):
    """The checkpoint that was told to the leads of a site's parties on a day: what they hold against us."""

    __tablename__ = "bulletin"

    site_id: int = Field(sa_column=small(key=True))

    day: date = Field(sa_column=Column(Date, primary_key=True))
    """On the site's wall clock."""
    size: int = Field(sa_column=big())
    """Of the checkpoint."""
    told_at: datetime = Field(sa_column=instant())
    """Its notices are of this instant, and of stream 0, which is no stream."""
