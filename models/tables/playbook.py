"""办理规则 as loaded: the whole source; orders pin a version, which is never edited."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import instant, small


class PlaybookRow(SQLModel, table=True):
    """办理规则 as loaded: the whole source; orders pin a version, which is never edited."""

    __tablename__ = "playbook"

    site_id: int = Field(sa_column=small(key=True))

    code: str = Field(primary_key=True)
    version: int = Field(sa_column=small(key=True))
    digest: str
    source: str
    loaded_at: datetime = Field(sa_column=instant())
    current: bool = True
