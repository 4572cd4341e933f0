"""The second step of signing in, and setting it up."""

from datetime import UTC, datetime
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, FastAPI, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.identity import accounts, factors, second_factor
from services.identity.factors import WrongCode
from services.identity.sign_ins import SignIn, Stage
from services.identity.tries import TooManyTries
from services.store.transactions import transaction
from services.web.entrance_kit import (
    WHY,
    Text,
    begun_of,
    browser_of,
    door_of,
    entered,
    keep,
    page,
    refused,
)

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class OtherStep(Exception):
    """The browser's sign-in has not come to this step, or is past it."""


def add(app: FastAPI) -> None:
    """Give the application these pages."""
    app.include_router(router)
    app.add_exception_handler(OtherStep, lambda _request, _error: RedirectResponse("/sign-in", 303))


def _with_password(request: Request) -> SignIn:
    begun = begun_of(request)
    if begun is None or begun.stage is not Stage.SECOND:
        raise OtherStep
    return begun


def _with_account(request: Request) -> tuple[SignIn, int]:
    begun = begun_of(request)
    if begun is None or begun.account_id is None or begun.stage is Stage.SECOND:
        raise OtherStep
    return begun, begun.account_id


WithPassword = Annotated[SignIn, Depends(_with_password)]
WithAccount = Annotated[tuple[SignIn, int], Depends(_with_account)]
"""A sign-in, and the account that it is of."""


@router.get("/sign-in/second")
def second_page(request: Request, _begun: WithPassword) -> HTMLResponse:
    """The second factor."""
    return page(request, "second.html", {})


@router.post("/sign-in/second")
def second(request: Request, begun: WithPassword, code: Text = "") -> Response:
    """Check the second factor."""
    try:
        return entered(request, door_of(request).second(begun, code, datetime.now(UTC), browser_of(request)))
    except (WrongCode, TooManyTries) as error:
        return refused(request, "second.html", error)


@router.get("/sign-in/enrol")
def enrol_page(request: Request, who: WithAccount) -> Response:
    """Set up a second factor."""
    return _enrolment(request, who[1])


@router.post("/sign-in/enrol")
def enrol(request: Request, who: WithAccount, code: Text = "", sealed: Text = "") -> Response:
    """Confirm the second factor, and show the recovery codes this once."""
    begun, account_id = who
    try:
        made, codes = door_of(request).enrol(begun, (sealed, code), datetime.now(UTC), browser_of(request))
    except (WrongCode, TooManyTries) as error:
        return _enrolment(request, account_id, sealed, WHY[type(error)][0])
    response = page(request, "recovery.html", {"codes": codes})
    keep(request, response, made)
    return response


def _enrolment(request: Request, account_id: int, sealed: str = "", why: str | None = None) -> Response:
    door = door_of(request)
    with transaction(door.engine) as sql:
        accounts.become(sql, account_id)
        account = accounts.by_id(sql, account_id)
    if account.has_second:
        return RedirectResponse("/me", 303)
    try:
        seed = factors.shown_again(account, door.ring, sealed)
    except WrongCode:
        seed, sealed = factors.propose(account, door.ring)
    picture = segno.make(second_factor.enrolment(seed, account.login), error="m")
    values = {
        "why": why,
        "sealed": sealed,
        "seed": " ".join(seed[at : at + 4] for at in range(0, len(seed), 4)),
        # Drawn into the page: as a picture of its own the seed would stand in an address.
        "picture": Markup(picture.svg_inline(scale=5, border=2, dark="#000", light="#fff")),  # noqa: S704 - drawn by segno from our own words
    }
    return page(request, "enrol.html", values)
