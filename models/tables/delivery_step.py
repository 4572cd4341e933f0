"""One step in the life of a delivery, as it happened; never changed, never deleted."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class DeliveryStep(SQLModel, table=True):
    """One step in the life of a delivery, as it happened; never changed, never deleted."""

    __tablename__ = "delivery_step"
    __table_args__ = (
        Index("delivery_step_delivery", "delivery_id"),
        Index(
            "delivery_step_once",
            "delivery_id",
            "step",
            unique=True,
            postgresql_where=text("step IN ('opened', 'acted')"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    site_id: int
    delivery_id: int = Field(sa_column=big())
    step: str
    """See `services.notify.record.Step`."""
    at: datetime = Field(sa_column=instant())
    attempt: int | None = None
    """Which try, and under which lease, brought it; None where no try did."""
    token: str | None = None
    words: str | None = None
    """The service's, or why."""
