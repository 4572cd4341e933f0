"""单位: an organisation at a site."""

from sqlmodel import Field, SQLModel

from models.tables.columns import small, words


class PartyRow(SQLModel, table=True):
    """单位: an organisation at a site."""

    __tablename__ = "party"

    site_id: int = Field(sa_column=small(key=True))

    code: str = Field(primary_key=True)
    position: int
    name: str
    name_en: str
    capacities: list[str] = Field(sa_column=words())
    calendar: str
    in_compound: bool = False
    duty_roster: bool = False
