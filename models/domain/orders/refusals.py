"""Why the core refuses a command. The docstring says what to do; attributes hold the facts."""

from collections.abc import Iterable


class Refused(Exception):
    """The command was refused; nothing has changed."""


class BadValue(Refused):
    """A field has a value that means nothing here."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class NotYours(Refused):
    """Somebody else may do this."""

    def __init__(self, action: str, may: Iterable[str]) -> None:
        self.action = action
        self.may = tuple(may)
        super().__init__(f"'{action}' is for {', '.join(self.may) or 'nobody'}")


class IllegalMove(Refused):
    """Not in this state: see the state, who holds the ball, and what is allowed now."""

    def __init__(
        self, action: str, why: str, *, state: str, holders: Iterable[str], allowed: Iterable[str]
    ) -> None:
        self.action = action
        self.why = why
        self.state = state
        self.holders = tuple(holders)
        self.allowed = tuple(allowed)
        super().__init__(f"'{action}' is not possible: {why}")
