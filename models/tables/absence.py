"""不在岗: when a member is away, and who hears meanwhile what the member was to hear."""

from datetime import datetime

from sqlalchemy import Column, Identity, Integer
from sqlmodel import Field, SQLModel

from models.tables.columns import instant, small


class Absence(SQLModel, table=True):
    """不在岗: when a member is away, and who hears meanwhile what the member was to hear."""

    __tablename__ = "absence"

    site_id: int = Field(sa_column=small(key=True))

    id: int | None = Field(default=None, sa_column=Column(Integer, Identity(), primary_key=True))
    member: str
    substitute: str | None = None
    """None: whoever else the roster or the role names."""
    begins: datetime = Field(sa_column=instant())
    ends: datetime = Field(sa_column=instant())
