"""What every route is given: who asks, in which language, and with which key against repetition."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header, Path
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from services.actions.bodies import ORDER_CODE, SITE_CODE
from services.callers import Caller
from services.execute import Shop
from services.matters.kit import Doer
from services.settings import Settings
from services.store.idempotency import Ticket
from services.views.cursors import Cursors
from services.views.language import Language, language_of

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a known caller."""

    shop: Shop
    settings: Settings
    cursors: Cursors
    caller: Caller
    language: Language

    def of(self, caller: Caller) -> "Visit":
        """The same for another caller, whom the request made known."""
        return replace(self, caller=caller)

    @property
    def doer(self) -> Doer:
        """The caller, with the process's workshop, as whoever acts on a matter."""
        return Doer(self.shop, self.settings, self.caller)


AcceptLanguage = Annotated[
    str | None, Header(description="zh (default) or en: the language of names and sentences.")
]


async def visit(request: Request, response: Response, accept_language: AcceptLanguage = None) -> Visit:
    """The request as a visit; the guard has seen to it that there is a caller."""
    _refuse_unknown_parameters(request)
    language = language_of(accept_language)
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    state = request.app.state
    return Visit(state.shop, state.settings, state.cursors, request.state.caller, language)


def _refuse_unknown_parameters(request: Request) -> None:
    """A filter with a typing error must not answer with everything."""
    route = request.scope.get("route")
    if not request.scope["query_string"] or not isinstance(route, APIRoute):
        return
    known = {one.alias for one in route.dependant.query_params}
    unknown = [one for one in request.query_params if one not in known]
    if unknown:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", one), "msg": ""} for one in unknown]
        )


@dataclass(frozen=True, slots=True)
class Errand:
    """A visit that changes something: at most once where it carries a key."""

    visit: Visit
    route: str
    key: str | None

    def ticket(self, site_id: int, body: bytes, status: int) -> Ticket | None:
        """The ticket by which a repetition is known."""
        if self.key is None:
            return None
        return Ticket.of(
            actor=self.visit.caller.id,
            route=self.route,
            key=self.key,
            site_id=site_id,
            body=body,
            status=status,
        )


async def errand(
    request: Request,
    response: Response,
    accept_language: AcceptLanguage = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=LONGEST_KEY,
            pattern="^[!-~]+$",
            description="The same request with the same key within 48 hours has one effect and one answer.",
        ),
    ] = None,
) -> Errand:
    """The request as an errand."""
    made = await visit(request, response, accept_language)
    return Errand(made, f"{request.method} {request.url.path}", idempotency_key)


OneVisit = Annotated[Visit, Depends(visit)]
OneErrand = Annotated[Errand, Depends(errand)]
CodePath = Annotated[
    str,
    Path(description="The order's code.", pattern=ORDER_CODE, examples=["AIBO5-17"]),
]
PartyPath = Annotated[
    str,
    Path(
        description="The party's code.",
        max_length=64,
        pattern="^[a-z0-9][a-z0-9_-]*$",
        examples=["asset_company"],
    ),
]
SitePath = Annotated[str, Path(description="The site's code.", pattern=SITE_CODE, examples=["AIBO5"])]
