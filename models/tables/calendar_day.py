"""A day of a region that differs from its weekday: holiday or make-up working day 调休."""

from datetime import date

from sqlmodel import Field, SQLModel


class CalendarDay(SQLModel, table=True):
    """A day of a region that differs from its weekday: holiday or make-up working day 调休."""

    __tablename__ = "calendar_day"

    region: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    kind: str
    name: str
    source: str
    version: int = 1
