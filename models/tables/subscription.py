"""Who wants the weekly report of a site."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import instant, small


class Subscription(SQLModel, table=True):
    """Who wants the weekly report of a site."""

    __tablename__ = "subscription"

    site_id: int = Field(sa_column=small(key=True))

    member: str = Field(primary_key=True)
    since: datetime = Field(sa_column=instant())
