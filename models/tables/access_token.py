"""An API token, bound to site, party and role; only its hash is kept."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import instant, small, words


class AccessToken(SQLModel, table=True):
    """An API token, bound to site, party and role; only its hash is kept."""

    __tablename__ = "access_token"

    site_id: int = Field(sa_column=small(key=True))

    digest: str = Field(primary_key=True)
    name: str
    party: str | None = None
    role: str
    member: str | None = None
    scopes: list[str] = Field(sa_column=words())
    """What it is for; empty: all that its role may do."""
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    revoked_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    used_at: datetime | None = Field(default=None, sa_column=instant(null=True))
