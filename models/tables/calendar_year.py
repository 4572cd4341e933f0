"""A year whose days a region has published; any other year is provisional."""

from sqlmodel import Field, SQLModel

from models.tables.columns import small


class CalendarYear(SQLModel, table=True):
    """A year whose days a region has published; any other year is provisional."""

    __tablename__ = "calendar_year"

    region: str = Field(primary_key=True)
    year: int = Field(sa_column=small(key=True))
    source: str
    version: int = 1
