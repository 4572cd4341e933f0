"""Something that the auditor found stored otherwise than the events have it, for as long as it is so."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class AuditDrift(SQLModel, table=True):
    """Something that the auditor found stored otherwise than the events have it, for as long as it is so."""

    __tablename__ = "audit_drift"

    site_id: int = Field(sa_column=small(key=True))

    stream_id: int = Field(sa_column=big(key=True))
    kind: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    stored: str
    derived: str
    first_at: datetime = Field(sa_column=instant())
    last_at: datetime = Field(sa_column=instant())
