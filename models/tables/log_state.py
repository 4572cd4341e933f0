"""The installation's log as it stands: its name, who signs for it, and the compact range of its tree."""

from sqlmodel import Field, SQLModel

from models.tables.columns import big, raw, small


class LogState(SQLModel, table=True):
    """The installation's log as it stands: its name, who signs for it, and the compact range of its tree."""

    __tablename__ = "log_state"

    id: int = Field(sa_column=small(key=True))
    """Always 1: an installation has one log."""
    origin: str
    verifier: str | None = None
    """The verifier key of who signs, from the first checkpoint on."""
    size: int = Field(sa_column=big())
    hashes: bytes = Field(sa_column=raw())
    """Roots of the perfect subtrees, the largest first, 32 bytes each."""
