"""A one-time sign-in link, and the browser's sign-in that it became; only hashes are kept."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import instant, small


class SignIn(SQLModel, table=True):
    """A one-time sign-in link, and the browser's sign-in that it became; only hashes are kept."""

    __tablename__ = "sign_in"

    site_id: int = Field(sa_column=small(key=True))

    digest: str = Field(primary_key=True)
    party: str | None = None
    role: str
    member: str | None = None
    kind: str = "link"
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    used_at: datetime | None = Field(default=None, sa_column=instant(null=True))
