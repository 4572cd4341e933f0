"""One's own sign-ins: who is signed in as me, where; another password; out again."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.streams import Role
from services.identity import accounts, factors, sign_ins
from services.identity.accounts import Standing
from services.identity.entering import NotLetIn
from services.identity.passwords import WeakPassword
from services.identity.sign_ins import SignIn
from services.identity.tries import TooManyTries
from services.store.contexts import Sql
from services.store.transactions import transaction
from services.views.language import Language
from services.web.browsers import browser_in_words
from services.web.cookies import SIGN_IN, drop_cookie
from services.web.entrance_kit import WHY, Text, begun_of, browser_of, door_of, keep, page
from services.web.pages import caller_of, page_language, settings_of, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Shown:
    """A standing in words."""

    zone: str
    site: str
    role: Role
    party: str | None


@router.get("/me")
def me(request: Request) -> HTMLResponse:
    """Who is signed in as me, where."""
    return _me(request)


def _me(request: Request, why: str | None = None) -> HTMLResponse:
    caller, language = caller_of(request), page_language(request)
    values: dict[str, Any] = {"account": None, "why": why, "changed": "changed" in request.query_params}
    if caller.account is not None:
        with transaction(shop_of(request).engine, caller.site_ids) as sql:
            values |= _of_account(sql, caller.account, language)
        sign_in: SignIn | None = request.state.sign_in
        values["this"] = sign_in.digest if sign_in else None
    return page(request, "me.html", values)


def _of_account(sql: Sql, account_id: int, language: Language) -> dict[str, Any]:
    accounts.become(sql, account_id)
    account = accounts.by_id(sql, account_id)
    shown = [_shown(sql, one, language) for one in accounts.standings(sql, account_id)]
    return {
        "account": account,
        "standings": shown,
        "zone": shown[0].zone if shown else "UTC",
        "codes_left": factors.left(sql, account),
        "listed": sign_ins.listed(sql, account_id),
        "browser": lambda agent: browser_in_words(agent, language),
    }


def _shown(sql: Sql, standing: Standing, language: Language) -> Shown:
    row = sql.execute(
        _NAMES, {"site": standing.site_id, "party": standing.party, "english": language == "en"}
    ).fetchone()
    zone, site, party = row or ("UTC", "", standing.party)
    return Shown(zone, f"{standing.code} {site}", standing.role, party)


_NAMES = """
SELECT s.zone, CASE WHEN %(english)s AND s.name_en <> '' THEN s.name_en ELSE s.name END,
    CASE WHEN %(english)s AND p.name_en <> '' THEN p.name_en ELSE p.name END
FROM site s LEFT JOIN party p ON p.site_id = s.id AND p.code = %(party)s WHERE s.id = %(site)s
"""


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
        return _me(request, WHY[type(error)][0])
    response = RedirectResponse("/me?changed", 303)
    keep(request, response, made)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the sign-in, here and on the server."""
    begun = begun_of(request)
    if begun is not None:
        with transaction(shop_of(request).engine) as sql:
            sign_ins.end(sql, begun)
    response = RedirectResponse("/sign-in", 303)
    drop_cookie(response, settings_of(request), SIGN_IN)
    return response
