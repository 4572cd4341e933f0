"""As what an account acts at a site: a member of a party, or a role over the whole site."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant, small


class Standing(SQLModel, table=True):
    """As what an account acts at a site: a member of a party, or a role over the whole site."""

    __tablename__ = "standing"
    __table_args__ = (Index("standing_account", "account_id"),)

    site_id: int = Field(sa_column=small(key=True))

    account_id: int = Field(sa_column=big(key=True))
    role: str
    party: str | None = None
    member: str | None = None
    created_at: datetime = Field(sa_column=instant())
