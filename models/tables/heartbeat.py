"""When a process of a kind last did a whole round of its work."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.columns import instant, json


class Heartbeat(SQLModel, table=True):
    """When a process of a kind last did a whole round of its work."""

    __tablename__ = "heartbeat"

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_column=instant())
    detail: dict[str, Any] = Field(sa_column=json())
