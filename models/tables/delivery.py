"""One notice to one person over one channel, and what became of it."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class Delivery(SQLModel, table=True):
    """One notice to one person over one channel, and what became of it."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "delivery_due",
            "site_id",
            "created_at",
            postgresql_where=text("state = 'queued' AND endpoint IS NULL"),
        ),
        Index(
            "delivery_outside",
            "endpoint",
            text("danger DESC"),
            "due_at",
            postgresql_where=text("state = 'queued'"),
        ),
        Index("delivery_leased", "lease_until", postgresql_where=text("state = 'leased'")),
        Index("delivery_stream", "site_id", "stream_id"),
        UniqueConstraint("notice_id", "member", "channel_id", postgresql_nulls_not_distinct=True),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    notice_id: int = Field(sa_column=big())
    notice_ids: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """All notices of one stream and instant that the message tells the person, `notice_id` first."""
    stream_id: int = Field(sa_column=big())
    party: str
    member: str | None = None
    channel_id: int | None = None
    kind: str
    endpoint: str | None = None
    """What the channel reaches; None for the recorder, which is in this database."""
    language: str
    danger: bool = False
    """Goes before others, and never waits."""
    state: str = "queued"
    """As it stands now; how it came to that is in `delivery_step`."""
    result: str | None = None
    created_at: datetime = Field(sa_column=instant())
    due_at: datetime = Field(sa_column=instant(server_default=text("now()")))
    """Not before; later than `created_at` where it is tried again."""
    instead_of: int | None = Field(default=None, sa_column=big(null=True))
    """The delivery that did not get through, for which this one goes over another channel."""
    digest_id: int | None = Field(default=None, sa_column=big(null=True))
    """The delivery whose message carried this one."""
    finished_at: datetime | None = Field(default=None, sa_column=instant(null=True))

    lease_until: datetime | None = Field(default=None, sa_column=instant(null=True))
    lease_token: str | None = None
    attempts: int = 0
