"""An account: somebody who signs in. What it may act as at which site stands in `standing`."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class Account(SQLModel, table=True):
    """An account: somebody who signs in. What it may act as at which site stands in `standing`."""

    __tablename__ = "account"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    login: str = Field(unique=True)
    name: str
    language: str = "zh"
    password: str | None = None
    """Hashed."""
    totp: str | None = None
    """The second factor's seed, sealed; in force from `totp_at` on."""
    totp_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    totp_step: int | None = Field(default=None, sa_column=big(null=True))
    """The time step of the last code that was taken: none is taken twice."""
    created_at: datetime = Field(sa_column=instant())
    disabled_at: datetime | None = Field(default=None, sa_column=instant(null=True))
