"""The link in a message by which its recipient acts on one order for one party; only its hash is kept."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small, words


class ActLink(SQLModel, table=True):
    """The link in a message by which its recipient acts on one order for one party; only its hash is kept."""

    __tablename__ = "act_link"
    __table_args__ = (Index("act_link_stream", "site_id", "stream_id"),)

    site_id: int = Field(sa_column=small(key=True))

    digest: str = Field(primary_key=True)
    stream_id: int = Field(sa_column=big())
    party: str
    member: str | None = None
    """None: the message went to the party as such, to its duty phone."""
    delivery_id: int = Field(sa_column=big())
    actions: list[str] = Field(sa_column=words())
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    uses: int = 0
    """How often it was opened."""
    revoked_at: datetime | None = Field(default=None, sa_column=instant(null=True))
