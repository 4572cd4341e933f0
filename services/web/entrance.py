"""The entrance: every way of signing in, first set-up, and the list of one's own sign-ins."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services import nudges
from services.callers import LONGEST_SECRET
from services.identity import accounts, factors, outside, second_factor, setting_up, sign_ins
from services.identity.accounts import BadLogin, LoginTaken
from services.identity.codes import Codes
from services.identity.entering import Browser, Door, Entered, NotLetIn
from services.identity.factors import WrongCode
from services.identity.outside import Outside, OutsideAway
from services.identity.passwords import WeakPassword
from services.identity.sign_ins import SignIn, Stage
from services.identity.telling import send_code
from services.identity.tries import TooManyTries
from services.secrets import ring_of
from services.store.transactions import transaction
from services.web.cookies import (
    CODE,
    JOURNEY,
    cookie_name,
    drop_cookie,
    drop_sign_in,
    set_short_cookie,
    set_sign_in,
)
from services.web.entrance_words import word
from services.web.pages import caller_of, page_language, render, settings_of, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Text = Annotated[str, Form(max_length=400)]
NEXT: Mapping[Stage, str] = {
    Stage.FULL: "/",
    Stage.SECOND: "/sign-in/second",
    Stage.ENROL: "/sign-in/enrol",
}
SHORT = timedelta(minutes=10)
_WHY: Mapping[type[Exception], tuple[str, int]] = {
    NotLetIn: ("not_let_in", 401),
    TooManyTries: ("too_many", 429),
    WrongCode: ("wrong_code", 401),
    WeakPassword: ("weak", 422),
    BadLogin: ("bad_login", 422),
    LoginTaken: ("login_taken", 409),
    OutsideAway: ("outside_away", 503),
    setting_up.SetUpOver: ("set_up_gone", 410),
}
"""What the page says of an error, and with which status."""
_WHY_STATUS = dict(_WHY.values())


def door_of(request: Request) -> Door:
    """The door of this process."""
    return Door(shop_of(request).engine, ring_of(settings_of(request)))


def codes_of(request: Request) -> Codes:
    """One-time codes at this door."""
    door = door_of(request)
    return Codes(door, partial(send_code, door.ring))


def browser_of(request: Request) -> Browser:
    """Who knocks."""
    address = request.client.host if request.client else ""
    return Browser(request.headers.get("user-agent", ""), address)


def begun_of(request: Request) -> SignIn | None:
    """The sign-in of the cookie, finished or not."""
    secret = request.cookies.get(cookie_name(settings_of(request)), "")
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    with transaction(shop_of(request).engine) as sql:
        return sign_ins.find(sql, secret)


def page(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page of the entrance."""
    language = page_language(request)
    return render(request, name, {"w": lambda key: word(key, language), "why": None, **values}, status)


def refused(request: Request, template: str, error: Exception, **values: Any) -> HTMLResponse:  # noqa: ANN401
    """The page again, with what is the matter; what was typed stays, but for secrets."""
    why, status = _WHY[type(error)]
    return page(request, template, {"why": why, **values}, status)


def entered(request: Request, made: Entered) -> Response:
    """Keep the sign-in and go where it leads."""
    response = RedirectResponse(NEXT[made.stage], 303)
    set_sign_in(response, settings_of(request), made.secret)
    return response


# ── coming in ───────────────────────────────────────────────────────────────────────────────────────────────


def _entrance(request: Request, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    service = outside.provider_of(settings_of(request))
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
    return entered(request, made)


@router.post("/sign-in/password")
def by_password(request: Request, login: Text = "", password: Text = "") -> Response:
    """With name and password."""
    try:
        return entered(request, door_of(request).by_password(login, password, browser_of(request)))
    except (NotLetIn, TooManyTries) as error:
        return refused(request, "sign_in.html", error, **_entrance(request, login=login))


@router.get("/sign-in/second")
def second_page(request: Request) -> Response:
    """The second factor."""
    begun = begun_of(request)
    if begun is None or begun.stage is not Stage.SECOND:
        return RedirectResponse("/sign-in", 303)
    return page(request, "second.html", {})


@router.post("/sign-in/second")
def second(request: Request, code: Text = "") -> Response:
    """Check the second factor."""
    begun = begun_of(request)
    if begun is None or begun.stage is not Stage.SECOND:
        return RedirectResponse("/sign-in", 303)
    try:
        return entered(request, door_of(request).second(begun, code, datetime.now(UTC), browser_of(request)))
    except (WrongCode, TooManyTries) as error:
        return refused(request, "second.html", error)


@router.get("/sign-in/enrol")
def enrol_page(request: Request) -> Response:
    """Set up a second factor."""
    begun = begun_of(request)
    if begun is None or begun.account_id is None or begun.stage is Stage.SECOND:
        return RedirectResponse("/sign-in", 303)
    return _enrolment(request, begun.account_id)


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
    return page(request, "enrol.html", values, _WHY_STATUS.get(why or "", 200))


@router.post("/sign-in/enrol")
def enrol(request: Request, code: Text = "", sealed: Text = "") -> Response:
    """Confirm the second factor, and show the recovery codes this once."""
    begun = begun_of(request)
    if begun is None or begun.account_id is None or begun.stage is Stage.SECOND:
        return RedirectResponse("/sign-in", 303)
    door, now = door_of(request), datetime.now(UTC)
    try:
        made, codes = door.enrol(begun, (sealed, code), now, browser_of(request))
    except (WrongCode, TooManyTries) as error:
        return _enrolment(request, begun.account_id, sealed, _WHY[type(error)][0])
    response = page(request, "recovery.html", {"codes": codes})
    set_sign_in(response, settings_of(request), made.secret)
    return response


# ── by a code ───────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/sign-in/code/ask")
def ask_code(request: Request, login: Text = "") -> Response:
    """Send a code; the answer is the same whether there is such an account or not."""
    told, secret = settings_of(request), secrets.token_urlsafe(32)
    try:
        codes_of(request).ask(login, secret, browser_of(request))
    except TooManyTries as error:
        return refused(request, "sign_in.html", error, **_entrance(request, login=login))
    nudges.nudge("send")
    response = RedirectResponse("/sign-in/code", 303)
    set_short_cookie(response, told, CODE, secret, SHORT)
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


def _outside(request: Request) -> Outside:
    told = settings_of(request)
    service = outside.provider_of(told)
    if service is None:
        raise OutsideAway
    return Outside(door_of(request), service, f"{told.public_url}/sign-in/outside/return")


@router.post("/sign-in/outside")
def leave(request: Request) -> Response:
    """Go to the service."""
    try:
        url, kept = _outside(request).leave()
    except OutsideAway as error:
        return refused(request, "sign_in.html", error, **_entrance(request))
    response = RedirectResponse(url, 303)
    set_short_cookie(response, settings_of(request), JOURNEY, kept, SHORT)
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
        return page(request, "sign_in.html", {**_entrance(request), "why": "no_account"}, 401)
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
        made = setting_up.redeem(door_of(request), secret, who, password, browser_of(request))
    except (setting_up.SetUpOver, BadLogin, LoginTaken, WeakPassword) as error:
        return refused(request, "set_up.html", error, login=login, name=name, secret=secret)
    return entered(request, made)


# ── one's own sign-ins ──────────────────────────────────────────────────────────────────────────────────────


@router.get("/me")
def me(request: Request) -> HTMLResponse:
    """Who is signed in as me, where."""
    return _me(request)


def _me(request: Request, why: str | None = None) -> HTMLResponse:
    caller, sign_in = caller_of(request), request.state.sign_in
    values: dict[str, Any] = {"account": None, "why": why, "changed": "changed" in request.query_params}
    if caller.account is not None:
        with transaction(shop_of(request).engine, caller.site_ids) as sql:
            accounts.become(sql, caller.account)
            account = accounts.by_id(sql, caller.account)
            values |= {
                "account": account,
                "standings": accounts.standings(sql, caller.account),
                "codes_left": factors.left(sql, account),
                "listed": sign_ins.listed(sql, caller.account),
                "this": sign_in.digest if sign_in else None,
            }
    return page(request, "me.html", values, _WHY_STATUS.get(why or "", 200))


@router.post("/me/end")
def end(request: Request, digest: Text = "") -> Response:
    """End one of one's own sign-ins, or all others."""
    caller, sign_in = caller_of(request), request.state.sign_in
    if caller.account is not None and sign_in is not None:
        with transaction(shop_of(request).engine) as sql:
            if digest:
                sign_ins.end_by_owner(sql, caller.account, digest=digest)
            else:
                sign_ins.end_by_owner(sql, caller.account, but=sign_in.digest)
    return RedirectResponse("/me", 303)


@router.post("/me/password")
def change_password(request: Request, old: Text = "", new: Text = "") -> Response:
    """Set another password; whoever is signed in elsewhere with the old one is out."""
    caller, door, browser = caller_of(request), door_of(request), browser_of(request)
    if caller.account is None:
        return RedirectResponse("/me", 303)
    try:
        made = door.change_password(caller.account, old, new, browser)
    except (NotLetIn, TooManyTries, WeakPassword) as error:
        return _me(request, _WHY[type(error)][0])
    response = RedirectResponse("/me?changed", 303)
    set_sign_in(response, settings_of(request), made.secret)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the sign-in, here and on the server."""
    begun = begun_of(request)
    if begun is not None:
        with transaction(shop_of(request).engine) as sql:
            sign_ins.end(sql, begun)
    response = RedirectResponse("/sign-in", 303)
    drop_sign_in(response, settings_of(request))
    return response
