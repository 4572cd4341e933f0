"""A row of a lane's queue that was tried so often that it is in quarantine."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, Identity, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import instant


class Dead(SQLModel, table=True):
    """A row of a lane's queue that was tried so often that it is in quarantine.

    The row itself stays where it is. What is kept here may be behind: it counts while the row still waits and
    was tried as often.
    """

    __tablename__ = "dead"
    __table_args__ = (UniqueConstraint("queue", "row_key"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    queue: str
    row_key: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """Its key columns, in the order of `services/store/claims.py`."""
    since: datetime = Field(sa_column=instant())
    tried_at: datetime = Field(sa_column=instant())
    token: str
    """The lease of the last try: only who had it may say what went wrong."""
    attempts: int
    error: str | None = None
    """What the last try ended with, without personal data; None: it ended without a word, or is not over."""
