"""Two neighbouring characters of a published answer: by these it is found."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import big, small


class AnswerGram(SQLModel, table=True):
    """Two neighbouring characters of a published answer: by these it is found."""

    __tablename__ = "answer_gram"
    __table_args__ = (Index("answer_gram_stream", "site_id", "stream_id"),)

    site_id: int = Field(sa_column=small(key=True))
    gram: str = Field(primary_key=True)
    stream_id: int = Field(sa_column=big(key=True))
