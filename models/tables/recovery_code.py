"""A code that stands in for a lost second factor, once; only its keyed hash is kept."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for a lost second factor, once; only its keyed hash is kept."""

    __tablename__ = "recovery_code"

    account_id: int = Field(sa_column=big(key=True))
    digest: str = Field(primary_key=True)
    used_at: datetime | None = Field(default=None, sa_column=instant(null=True))
