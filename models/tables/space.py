"""空间: a room or an area of a site."""

from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.columns import json, small


class SpaceRow(SQLModel, table=True):
    """空间: a room or an area of a site."""

    __tablename__ = "space"

    site_id: int = Field(sa_column=small(key=True))

    code: str = Field(primary_key=True)
    position: int
    name: str
    name_en: str
    status: str = "existing"
    activities: list[dict[str, Any]] = Field(default=[], sa_column=json())
    """When it is in use, week by week."""
    reason: str | None = None
    """Why it is closed."""
    seats: int | None = None
    """How many it holds, where that is known."""
