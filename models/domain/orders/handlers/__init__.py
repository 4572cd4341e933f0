"""What each command does to an order: one module a phase of its life, one registered function a command."""

from collections.abc import Callable
from typing import Any

from models.domain.orders.commands import Command
from models.domain.orders.draft import Draft

Handler = Callable[[Draft, Any], None]
HANDLERS: dict[type[Command], Handler] = {}


def handles(kind: type[Command]) -> Callable[[Handler], Handler]:
    """Register the function that decides commands of `kind`; the life table was checked before it runs."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register
