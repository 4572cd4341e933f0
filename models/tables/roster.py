"""值班表: a member's turn of duty; one that ends no later than it begins ends on the next day."""

from datetime import time

from sqlalchemy import ARRAY, Column, Integer
from sqlmodel import Field, SQLModel

from models.tables.columns import small


class Roster(SQLModel, table=True):
    """值班表: a member's turn of duty; one that ends no later than it begins ends on the next day."""

    __tablename__ = "roster"

    site_id: int = Field(sa_column=small(key=True))

    id: int = Field(sa_column=small(key=True))
    party: str
    member: str
    days: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    begins: time
    ends: time
