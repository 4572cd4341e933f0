"""An account as an organisation's own sign-in (OpenID Connect) knows it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class OutsideIdentity(SQLModel, table=True):
    """An account as an organisation's own sign-in (OpenID Connect) knows it."""

    __tablename__ = "outside_identity"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    account_id: int = Field(sa_column=big())
    created_at: datetime = Field(sa_column=instant())
