"""How what channels reach (a robot, a mailbox, a telephone) stands: its limit and its circuit breaker."""

from datetime import datetime

from sqlalchemy import ARRAY, Column, DateTime
from sqlmodel import Field, SQLModel

from models.tables.columns import instant


class EndpointRow(SQLModel, table=True):
    """How what channels reach (a robot, a mailbox, a telephone) stands: its limit and its circuit breaker."""

    __tablename__ = "endpoint"

    code: str = Field(primary_key=True)
    """`channel.endpoint`: rows of several sites may lead to the same."""
    kind: str
    failures: int = 0
    """Sends in a row that were not accepted."""
    opened_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    """When its breaker opened last, if it has not closed since."""
    closed_until: datetime | None = Field(default=None, sa_column=instant(null=True))
    """Nothing goes there before: the breaker is open, or the limit is reached."""
    recent: list[datetime] = Field(sa_column=Column(ARRAY(DateTime(timezone=True)), nullable=False))
    """When messages were let go lately, where its kind has a limit."""
