"""Where a request comes from."""

from starlette.types import Scope


def address_of(scope: Scope) -> str:
    """The client's address, which a named proxy told us or the socket has; empty where there is none."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""
