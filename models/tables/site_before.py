"""What the parties of a site were before a change."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.columns import instant, json, small


class SiteBefore(SQLModel, table=True):
    """The parties' capacities as they were until a change; never changed or deleted."""

    __tablename__ = "site_before"

    site_id: int = Field(sa_column=small(key=True))
    version: int = Field(sa_column=small(key=True))
    """The site's, until then."""
    ended_at: datetime = Field(sa_column=instant())
    parties: dict[str, Any] = Field(sa_column=json())
    """Capacities by the party's code."""
