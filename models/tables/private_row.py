"""A text or contact beside the ledger, with the key of its commitment; erased, both are gone."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, raw, small


class PrivateRow(SQLModel, table=True):
    """A text or contact beside the ledger, with the key of its commitment; erased, both are gone."""

    __tablename__ = "private_row"
    __table_args__ = (
        Index("private_row_stream", "site_id", "stream_id"),
        Index(
            "private_row_contact",
            "site_id",
            "stream_id",
            postgresql_where=text("kind <> 'text' AND body IS NOT NULL"),
        ),
    )

    site_id: int = Field(sa_column=small(key=True))

    id: str = Field(primary_key=True)
    stream_id: int = Field(sa_column=big())
    kind: str = "text"
    secret: bytes | None = Field(default=None, sa_column=raw(null=True))
    body: str | None = None
    created_at: datetime = Field(sa_column=instant())
