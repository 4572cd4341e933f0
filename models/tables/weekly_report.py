"""That a member was told of a week's report: written with its notice, so that nobody is told twice."""

from datetime import date, datetime

from sqlalchemy import Column, Date
from sqlmodel import Field, SQLModel

from models.tables.columns import instant, small


class WeeklyReport(SQLModel, table=True):
    """That a member was told of a week's report: written with its notice, so that nobody is told twice."""

    __tablename__ = "weekly_report"

    site_id: int = Field(sa_column=small(key=True))

    member: str = Field(primary_key=True)
    week: date = Field(sa_column=Column(Date, primary_key=True))
    """Its Monday, on the site's wall clock."""
    told_at: datetime = Field(sa_column=instant())
    """Its notice is of this instant, and of stream 0, which is no stream."""
    title: str
    body: str
    """The numbers as they stood then, in the member's language."""
