"""What a POST with an Idempotency-Key was answered: replayed to its repeats for 48 hours."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import instant, json


class Idempotency(SQLModel, table=True):
    """What a POST with an Idempotency-Key was answered: replayed to its repeats for 48 hours."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("idempotency_age", "created_at"),)

    scope: str = Field(primary_key=True)
    site_id: int
    body_hash: str
    status: int
    answer: dict[str, Any] = Field(sa_column=json())
    created_at: datetime = Field(sa_column=instant())
