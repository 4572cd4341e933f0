"""The working hours of the parties that name it; its days are those of its region."""

from datetime import time

from sqlmodel import Field, SQLModel

from models.tables.columns import small


class CalendarRow(SQLModel, table=True):
    """The working hours of the parties that name it; its days are those of its region."""

    __tablename__ = "calendar"

    site_id: int = Field(sa_column=small(key=True))

    code: str = Field(primary_key=True)
    region: str
    zone: str
    opens: time
    closes: time
