"""An amount of time on a named clock, as a playbook writes it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Self

from models.domain.business_time.errors import LimitSyntaxError

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
MAX_DAYS: Final = 1000
"""No limit is longer: a typing error in a playbook must not become a deadline decades away."""

_UNITS: Final = {"s": 1, "min": MINUTE, "h": HOUR, "d": DAY}
_WRITTEN: Final = re.compile(r"\s*([0-9]{1,8})\s*(?:(WD|WH)|(s|min|h)\s+WH|(s|min|h|d)\s+24x7)\s*")


class Clock(StrEnum):
    """Which time counts: every second, seconds within working hours, or whole working days."""

    ALWAYS = "24x7"
    WORKING_HOURS = "WH"
    WORKING_DAYS = "WD"


@dataclass(frozen=True, slots=True)
class Limit:
    """How much time a party has, and on which clock.

    Attributes:
        seconds: amount for `ALWAYS` and `WORKING_HOURS`, 0 for `WORKING_DAYS`.
        days: working days for `WORKING_DAYS`, 0 otherwise.
        clock: what the amount is counted on.

    Raises:
        LimitSyntaxError: the amount is not positive, too long, or does not go with the clock.
    """

    seconds: int
    days: int
    clock: Clock

    def __post_init__(self) -> None:
        if self.clock is Clock.WORKING_DAYS:
            fits = self.seconds == 0 and 1 <= self.days <= MAX_DAYS
        else:
            fits = self.days == 0 and 1 <= self.seconds <= MAX_DAYS * DAY
        if not fits:
            raise LimitSyntaxError(f"{self.seconds} s, {self.days} d on {self.clock}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The limit written in `text`.

        '15 WD' is working days; '2 WH', '2 h WH', '90 min WH' are working time; '30 min 24x7', '24 h 24x7'
        and '7 d 24x7' run around the clock (a day there is 24 hours). Seconds are written 's'.

        Raises:
            LimitSyntaxError: `text` is written otherwise, or the amount is 0 or more than 1000 days.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise LimitSyntaxError(text)
        amount = int(found[1])
        try:
            if found[2] == Clock.WORKING_DAYS:
                return cls(0, amount, Clock.WORKING_DAYS)
            if found[4]:
                return cls(amount * _UNITS[found[4]], 0, Clock.ALWAYS)
            return cls(amount * _UNITS[found[3] or "h"], 0, Clock.WORKING_HOURS)
        except LimitSyntaxError:
            raise LimitSyntaxError(text) from None

    @property
    def duration(self) -> timedelta:
        """The amount on its clock; zero for working days, whose length is the calendar's."""
        return timedelta(seconds=self.seconds)

    def __str__(self) -> str:
        """The canonical spelling; `parse` reads it back as the same limit."""
        if self.clock is Clock.WORKING_DAYS:
            return f"{self.days} WD"
        if self.clock is Clock.WORKING_HOURS and self.seconds % HOUR == 0:
            return f"{self.seconds // HOUR} WH"
        unit = self._unit()
        return f"{self.seconds // _UNITS[unit]} {unit} {self.clock}"

    def _unit(self) -> str:
        if self.clock is Clock.ALWAYS and self.seconds % DAY == 0 and self.seconds > DAY:
            return "d"
        return next(unit for unit in ("h", "min", "s") if self.seconds % _UNITS[unit] == 0)
