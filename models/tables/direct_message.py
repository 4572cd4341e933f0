"""What one person is told outside of any order, sealed; dropped as soon as it is sent."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity
from sqlmodel import Field, SQLModel

from models.tables.columns import instant


class DirectMessage(SQLModel, table=True):
    """What one person is told outside of any order, sealed; dropped as soon as it is sent."""

    __tablename__ = "direct_message"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    member: str
    sealed: str
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    taken_until: datetime | None = Field(default=None, sa_column=instant(null=True))
