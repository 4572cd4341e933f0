"""The link by which a party's people on site open its list of orders; only its hash is kept."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class CrewLinkRow(SQLModel, table=True):
    """The link by which a party's people on site open its list of orders; only its hash is kept."""

    __tablename__ = "crew_link"

    site_id: int = Field(sa_column=small(key=True))

    digest: str = Field(primary_key=True)
    party: str
    member: str | None = None
    """None: whoever the party gave it to."""
    name: str
    """For whom it was made, as the party's lead called it."""
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    uses: int = 0
    """How often it was opened."""
    used_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    stream_id: int | None = Field(default=None, sa_column=big(null=True))
    """A craftsman's link opens this order alone."""
    revoked_at: datetime | None = Field(default=None, sa_column=instant(null=True))
