"""A picture that was erased from an order, to be taken off the shelf."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import instant


class DiscardedPicture(SQLModel, table=True):
    """A picture to be taken off the shelf, unless another photo still shows it."""

    __tablename__ = "discarded_picture"

    sha256: str = Field(primary_key=True)
    since: datetime = Field(sa_column=instant())
