"""A code that was sent over a member's channel, for the browser that asked for it alone."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class OneTimeCode(SQLModel, table=True):
    """A code that was sent over a member's channel, for the browser that asked for it alone."""

    __tablename__ = "one_time_code"

    browser: str = Field(primary_key=True)
    """The hash of what the browser holds."""
    account_id: int | None = Field(default=None, sa_column=big(null=True))
    """None where the login that was typed is nobody's: it looks the same from outside."""
    digest: str
    tries: int = 0
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
