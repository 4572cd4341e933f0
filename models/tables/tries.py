"""How often something was tried lately; in the database, so that no restart gives new tries."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import instant


class Tries(SQLModel, table=True):
    """How often something was tried lately; in the database, so that no restart gives new tries."""

    __tablename__ = "tries"
    __table_args__ = (Index("tries_age", "since"),)

    bucket: str = Field(primary_key=True)
    """A keyed hash of what is counted: it holds no login and no address."""
    count: int
    since: datetime = Field(sa_column=instant())
