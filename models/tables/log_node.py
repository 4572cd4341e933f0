"""A finished inner node of the log's tree, at every eighth level: proofs read these instead of all leaves."""

from sqlmodel import Field, SQLModel

from models.tables.columns import big, raw, small


class LogNode(SQLModel, table=True):
    """A finished inner node of the log's tree, at every eighth level: proofs read these, not all leaves."""

    __tablename__ = "log_node"

    level: int = Field(sa_column=small(key=True))
    index: int = Field(sa_column=big(key=True))
    hash: bytes = Field(sa_column=raw())
