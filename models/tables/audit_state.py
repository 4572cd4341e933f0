"""How far the auditor has come, who was at work meanwhile, and what stands in drift: one row."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, json, small


class AuditState(SQLModel, table=True):
    """How far the auditor has come, who was at work meanwhile, and what stands in drift: one row."""

    __tablename__ = "audit_state"

    id: int = Field(default=1, sa_column=small(key=True))
    awake_since: datetime = Field(sa_column=instant())
    """From when to when the engine was at work without a break."""
    awake_until: datetime = Field(sa_column=instant())
    log_index: int = Field(default=0, sa_column=big())
    """The log's entry from which on changed streams are still to be looked at."""
    round_site: int = 0
    round_stream: int = Field(default=0, sa_column=big())
    """The stream up to which the present round has come."""
    round_at: datetime = Field(sa_column=instant())
    """When the present round began, or the last one where the next has not."""
    whole_at: datetime = Field(sa_column=instant())
    """Every stream was looked at since then; before the first round has ended, when it began."""
    looks: int = Field(default=0, sa_column=big())
    drift: dict[str, Any] = Field(sa_column=json())
    """How many streams have drifted, by kind."""
