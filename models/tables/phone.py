"""The recorder channel: what would have been sent, for development, tests and virtual clocks."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, words


class PhoneRow(SQLModel, table=True):
    """The recorder channel: what would have been sent, for development, tests and virtual clocks."""

    __tablename__ = "phone"
    __table_args__ = (Index("phone_site", "site_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    stream_id: int = Field(sa_column=big())
    delivery_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    at: datetime = Field(sa_column=instant())
    party: str
    member: str | None = None
    address: str
    language: str
    why: list[str] = Field(sa_column=words())
    title: str
    body: str
