"""成员: a person who acts for a party, or a volunteer."""

from sqlmodel import Field, SQLModel

from models.tables.columns import small


class Member(SQLModel, table=True):
    """成员: a person who acts for a party, or a volunteer."""

    __tablename__ = "member"

    site_id: int = Field(sa_column=small(key=True))

    code: str = Field(primary_key=True)
    party: str | None = None
    name: str
    role: str
    language: str = "zh"
    block: str | None = None
