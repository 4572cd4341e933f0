"""渠道: where notices to a member, or to a party as such, go; lower preference first."""

from sqlmodel import Field, SQLModel

from models.tables.columns import small


class Channel(SQLModel, table=True):
    """渠道: where notices to a member, or to a party as such, go; lower preference first."""

    __tablename__ = "channel"

    site_id: int = Field(sa_column=small(key=True))

    id: int = Field(sa_column=small(key=True))
    party: str | None = None
    member: str | None = None
    kind: str
    address: str
    """A recorder's is a label; any other is sealed for this row by the key ring, see `services.secrets`."""
    preference: int = 1
    endpoint: str
    """What it reaches, as a fingerprint: rows that lead to the same robot, phone or mailbox have the same."""
