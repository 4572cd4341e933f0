"""The entrance: every way of signing in, and the first set-up."""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from anyio import current_time, sleep_until, to_thread
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services import nudges
from services.identity import setting_up
from services.identity.accounts import BadLogin, LoginTaken
from services.identity.entering import NotLetIn
from services.identity.factors import WrongCode
from services.identity.passwords import WeakPassword
from services.identity.providers import OutsideAway, provider_of
from services.identity.tries import TooManyTries
from services.web.cookies import CODE, JOURNEY, cookie_name, drop_cookie, set_cookie
from services.web.entrance_kit import NO_ACCOUNT, Text, browser_of, codes_of, door_of, entered, page, refused
from services.web.pages import settings_of

if TYPE_CHECKING:
    from services.identity.outside import Outside

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

SHORT = timedelta(minutes=10)
ASKING = timedelta(milliseconds=400)
"""Longer than it takes to look for an account, and to write a message for it where there is one."""


# ── coming in ───────────────────────────────────────────────────────────────────────────────────────────────


def _entrance(request: Request, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    service = provider_of(settings_of(request))
    return {"service": service.name if service else None, "login": "", **values}


@router.get("/sign-in")
def sign_in_page(request: Request) -> HTMLResponse:
    """Where links lead, too; their secret stands behind `#`, which no server and no log ever sees."""
    return page(request, "sign_in.html", _entrance(request))


@router.post("/sign-in")
def by_link(request: Request, secret: Text = "") -> Response:
    """Use a link up and keep the sign-in in a cookie; a whole link may be pasted, too."""
    try:
        made = door_of(request).by_link(secret.rpartition("#")[2].strip(), browser_of(request))
    except NotLetIn:
        return page(request, "sign_in.html", _entrance(request, failed=True), 401)
    except TooManyTries as error:
        return refused(request, "sign_in.html", error, **_entrance(request))
    return entered(request, made)


@router.post("/sign-in/password")
def by_password(request: Request, login: Text = "", password: Text = "") -> Response:
    """With name and password."""
    try:
        return entered(request, door_of(request).by_password(login, password, browser_of(request)))
    except (NotLetIn, TooManyTries) as error:
        return refused(request, "sign_in.html", error, **_entrance(request, login=login))


# ── by a code ───────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/sign-in/code/ask")
async def ask_code(request: Request, login: Text = "") -> Response:
    """Send a code; the answer is the same whether there is such an account or not, and takes as long."""
    until = current_time() + ASKING.total_seconds()
    response = await to_thread.run_sync(_ask_code, request, login)
    await sleep_until(until)
    return response


def _ask_code(request: Request, login: str) -> Response:
    told, secret = settings_of(request), secrets.token_urlsafe(32)
    try:
        codes_of(request).ask(login, secret, browser_of(request))
    except TooManyTries as error:
        return refused(request, "sign_in.html", error, **_entrance(request, login=login))
    nudges.nudge("send")
    response = RedirectResponse("/sign-in/code", 303)
    set_cookie(response, told, CODE, secret, lasts=SHORT)
    return response


@router.get("/sign-in/code")
def code_page(request: Request) -> HTMLResponse:
    """Where the code is typed."""
    return page(request, "code.html", {})


@router.post("/sign-in/code")
def by_code(request: Request, code: Text = "") -> Response:
    """With the code that came."""
    told = settings_of(request)
    secret = request.cookies.get(cookie_name(told, CODE), "")
    try:
        made = codes_of(request).enter(secret, code, browser_of(request))
    except WrongCode as error:
        return refused(request, "code.html", error)
    response = entered(request, made)
    drop_cookie(response, told, CODE)
    return response


# ── by an organisation's own service ────────────────────────────────────────────────────────────────────────


def _outside(request: Request) -> "Outside":
    told = settings_of(request)
    service = provider_of(told)
    if service is None:
        raise OutsideAway
    from services.identity.outside import Outside  # noqa: PLC0415 - 9 MB that only such a service needs

    return Outside(door_of(request), service, f"{told.public_url}/sign-in/outside/return")


@router.post("/sign-in/outside")
def leave(request: Request) -> Response:
    """Go to the service."""
    try:
        url, kept = _outside(request).leave()
    except OutsideAway as error:
        return refused(request, "sign_in.html", error, **_entrance(request))
    response = RedirectResponse(url, 303)
    set_cookie(response, settings_of(request), JOURNEY, kept, lasts=SHORT)
    return response


@router.get("/sign-in/outside/return")
def come_back(request: Request) -> Response:
    """Back from the service."""
    try:
        kept = request.cookies.get(cookie_name(settings_of(request), JOURNEY), "")
        made = _outside(request).come_back(str(request.url), kept, browser_of(request))
    except OutsideAway as error:
        return refused(request, "sign_in.html", error, **_entrance(request))
    except NotLetIn:
        return page(request, "sign_in.html", {**_entrance(request), "why": NO_ACCOUNT}, 401)
    response = entered(request, made)
    drop_cookie(response, settings_of(request), JOURNEY)
    return response


# ── first set-up ────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/sign-in/set-up")
def set_up_page(request: Request) -> HTMLResponse:
    """Where the link of `up` leads; its secret stands behind `#`."""
    return page(request, "set_up.html", {"login": "", "name": "", "secret": ""})


@router.post("/sign-in/set-up")
def set_up(
    request: Request, secret: Text = "", login: Text = "", name: Text = "", password: Text = ""
) -> Response:
    """Make the first account."""
    who = (login, name.strip() or login)
    try:
        made = setting_up.redeem(
            door_of(request), secret.rpartition("#")[2].strip(), who, password, browser_of(request)
        )
    except (setting_up.SetUpOver, BadLogin, LoginTaken, WeakPassword, TooManyTries) as error:
        return refused(request, "set_up.html", error, login=login, name=name, secret=secret)
    return entered(request, made)
