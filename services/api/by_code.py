"""The public's door: anybody may report; who reported comes back by the order's tracking code."""

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from models.domain.streams import Actor, Role
from services.api.guard import PUBLIC
from services.api.problems import NoCaller
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.privacy.codes import LONGEST, VIA, caller_by_code
from services.secrets import ring
from services.web.clients import address_of

ORDERS = f"{PUBLIC}orders/"
HEADER = "Tracking-Code"
ANYBODY = Caller("public", Actor(Role.RESIDENT, via=VIA), {})
"""Sees no site before it names one."""


class ByCode:
    """Finds the caller of a code before the request is read. It comes as a header, never in an address."""

    def __init__(self, app: ASGIApp, shop: Shop) -> None:
        self._app, self._shop = app, shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or raise NoCaller, UnknownStream or TooManyTries."""
        if scope["type"] == "http" and scope["path"].startswith(PUBLIC):
            by_code = scope["path"].startswith(ORDERS)
            caller = await to_thread.run_sync(self._caller, scope) if by_code else ANYBODY
            scope.setdefault("state", {}).update(caller=caller)
        await self._app(scope, receive, send)

    def _caller(self, scope: Scope) -> Caller:
        order = scope["path"].removeprefix(ORDERS).partition("/")[0]
        code = Headers(scope=scope).get(HEADER, "")
        if not code:
            raise NoCaller
        found = caller_by_code(self._shop.engine, ring(), order, code[:LONGEST], address_of(scope))
        if found is None:
            raise UnknownStream(order)
        return found
