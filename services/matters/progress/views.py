"""The weekly progress of a site as everybody reads it: rooms, categories, days; nobody's name or words."""

from datetime import date, datetime

from pydantic import Field

from services.views.models import Named, View


class DoneLine(View):
    """An order that was closed in the week."""

    code: str
    title: str | None = Field(description="As it was published; none: it has no words there.")
    space: str
    category: str | None
    reported_at: datetime
    closed_at: datetime


class OpenLine(View):
    """An order that was under way when the week ended, or is now."""

    code: str
    title: str | None
    space: str
    category: str | None
    status: Named
    reported_at: datetime
    promised_at: datetime | None
    why: list[str] = Field(description="Why it is late or waits.")


class Explained(View):
    """A late party whose name the autonomy office released, with what it explained."""

    party: str
    explanation: str


class LateLine(OpenLine):
    """An order past a limit."""

    parties: list[Explained]


class MilestoneLine(View):
    """What happened around the orders."""

    at: datetime
    words: str
    page: str = Field(description="Where more of it stands, on this server.")


class PlannedLine(View):
    """What is due around the orders."""

    day: date
    words: str
    page: str


class ProgressView(View):
    """进展 of one week, from the events alone: what was done, what is next, what is late and why."""

    site: Named
    zone: str
    week: str
    begins: date
    ends: date
    previous: str | None = Field(description="The week before, if anything had been reported then.")
    next: str | None = Field(description="The week after, up to the current one.")
    current: bool
    as_of: datetime
    done: list[DoneLine]
    happened: list[MilestoneLine]
    upcoming: list[OpenLine] = Field(description="Under way in time, the earliest promise first.")
    planned: list[PlannedLine]
    late: list[LateLine]
