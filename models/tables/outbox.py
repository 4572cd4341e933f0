"""New events of a stream for the outside (webhooks): the publish lane's queue."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class Outbox(SQLModel, table=True):
    """New events of a stream for the outside (webhooks): the publish lane's queue."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "site_id", "id"),
        UniqueConstraint("site_id", "stream_id", "first_seq"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    stream_id: int = Field(sa_column=big())
    first_seq: int
    last_seq: int
    created_at: datetime = Field(sa_column=instant())

    lease_until: datetime | None = Field(default=None, sa_column=instant(null=True))
    lease_token: str | None = None
    attempts: int = 0
