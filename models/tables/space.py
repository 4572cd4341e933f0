"""空间: a room or an area of a site."""

from sqlmodel import Field, SQLModel

from models.tables.columns import small


class SpaceRow(SQLModel, table=True):
    """空间: a room or an area of a site."""

    __tablename__ = "space"

    site_id: int = Field(sa_column=small(key=True))

    code: str = Field(primary_key=True)
    position: int
    name: str
    name_en: str
    status: str = "existing"
