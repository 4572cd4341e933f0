"""Published answers on the public board: found again by search, and whom they helped."""

from datetime import timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services import desk
from services.actions.bodies import ORDER_CODE, SITE_CODE
from services.identity.tries import TooManyTries
from services.matters.kit import Doer
from services.matters.questions import acting
from services.matters.questions.views import public_view
from services.privacy.reporting import public_caller
from services.views.catalogues import words_in
from services.web.clients import address_of
from services.web.cookies import READER, cookie_name, set_cookie
from services.web.matters.kit import NOTHING, Said
from services.web.pages import page_language, render, settings_of, shop_of

router = APIRouter(prefix="/public", include_in_schema=False, default_response_class=HTMLResponse)

SitePath = Annotated[str, Path(pattern=SITE_CODE)]
AnswerPath = Annotated[str, Path(pattern=ORDER_CODE)]
KEPT_FOR = timedelta(days=365)
"""What tells a browser that said that it was helped from another one."""


@router.get("/{site}/answers")
def answers_page(
    request: Request, site: SitePath, q: Annotated[str, Query(max_length=200)] = ""
) -> HTMLResponse:
    """The latest, or those with the words; two characters suffice."""
    one, language = _reader(request, site), page_language(request)
    found = acting.search(one, one.caller.sites[site], q)
    values = {"site": site, "q": q, "answers": [public_view(each, language) for each in found]}
    return render(request, "board/answers.html", values)


@router.get("/{site}/answers/{code}")
def answer_page(
    request: Request, site: SitePath, code: AnswerPath, did: Annotated[str, Query(max_length=12)] = ""
) -> HTMLResponse:
    """One answer."""
    _ = words_in(page_language(request)).gettext
    return _shown(request, site, code, Said(good=_("记下了，谢谢！") if did == "helped" else ""))


def _shown(request: Request, site: str, code: str, said: Said = NOTHING) -> HTMLResponse:
    one = _reader(request, site)
    found = acting.find(one, desk.key_of(one.caller, code))
    values = {
        "site": site,
        "a": public_view(found, page_language(request)),
        "zone": found.context.site.zone,
        "said": said,
    }
    return render(request, "board/answer.html", values, said.status)


@router.post("/{site}/answers/{code}/helped")
def helped(request: Request, site: SitePath, code: AnswerPath) -> Response:
    """有帮助: counted once a browser."""
    one, name = _reader(request, site), cookie_name(settings_of(request), READER)
    browser = request.cookies.get(name, "")[:64] or uuid4().hex
    _ = words_in(page_language(request)).gettext
    key = desk.key_of(one.caller, code)
    acting.find(one, key)
    try:
        answer = acting.helped(one, key, browser, address_of(request.scope))
    except TooManyTries:
        return _shown(request, site, code, Said(refused=_("这里刚才按得太多了，请过一会儿再来"), status=429))
    if answer.refused is not None:
        return _shown(request, site, code, Said(refused=_("没有记下来，请刷新页面后再按"), status=409))
    response = RedirectResponse(f"/public/{site}/answers/{code}?did=helped", 303)
    set_cookie(response, settings_of(request), READER, browser, lasts=KEPT_FOR)
    return response


def _reader(request: Request, site: str) -> Doer:
    shop = shop_of(request)
    return Doer(shop, settings_of(request), public_caller(shop, site))
