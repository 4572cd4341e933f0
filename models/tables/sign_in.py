"""A sign-in link, and the browser's sign-in that it became; only hashes are kept."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class SignIn(SQLModel, table=True):
    """A sign-in link, and the browser's sign-in that it became; only hashes are kept.

    It is an account's, or, without one, of a site's party as the link says.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("sign_in_account", "account_id"), Index("sign_in_site", "site_id"))

    digest: str = Field(primary_key=True)
    kind: str
    """link, or browser."""
    stage: str = "full"
    """full; second: the second factor is still to come; enrol: one is still to be set up."""
    account_id: int | None = Field(default=None, sa_column=big(null=True))
    site_id: int | None = Field(default=None, sa_column=small(null=True))
    role: str | None = None
    party: str | None = None
    member: str | None = None
    agent: str = ""
    """Which browser on what, for the owner's list."""
    created_at: datetime = Field(sa_column=instant())
    seen_at: datetime | None = Field(default=None, sa_column=instant(null=True))
    expires_at: datetime = Field(sa_column=instant())
    used_at: datetime | None = Field(default=None, sa_column=instant(null=True))
