"""What was changed at a site by hand: who, when, what."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import instant, json


class AdminRecord(SQLModel, table=True):
    """An administrative change; never changed or deleted."""

    __tablename__ = "admin_record"
    __table_args__ = (UniqueConstraint("site_id", "key"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    key: str
    """Of the form that asked for it, so that it happens once."""
    at: datetime = Field(sa_column=instant())
    actor: str
    """A member's code, or `account:` and its number."""
    role: str
    action: str
    subject: str
    """The code of what was changed."""
    detail: dict[str, Any] = Field(sa_column=json())
    """What it was changed to; no secrets, no addresses."""
