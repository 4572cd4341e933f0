"""What can be wrong with a limit, a calendar or an instant. The docstring of each says what to do."""

from datetime import datetime


class BusinessTimeError(ValueError):
    """Business time cannot be computed; correct the limit, the calendar or the instant."""


class LimitSyntaxError(BusinessTimeError):
    """Write '15 WD', '2 WH', '90 min WH', '30 min 24x7', '24 h 24x7' or '7 d 24x7', from 1 to 1000 days."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a limit. {self.__doc__}")
        self.text = text


class CalendarError(BusinessTimeError):
    """A calendar needs a known time zone, hours that open before they close, and a working weekday."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"Calendar {code!r}: {what}. {self.__doc__}")
        self.code = code
        self.what = what


class NaiveInstant(BusinessTimeError):
    """Give an instant with its time zone, in UTC."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"{at.isoformat()} has no time zone. {self.__doc__}")
        self.at = at


class BeyondCalendar(BusinessTimeError):
    """Business time reaches from 1990 to 2099; give instants and limits that stay within."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)
