"""Who speaks on the public board without an account: by a code that the browser keeps, or that is typed."""

from datetime import timedelta

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from services.identity.tries import TooManyTries
from services.matters.kit import Doer
from services.matters.topics import voices
from services.secrets import ring
from services.views.catalogues import words_in
from services.web.clients import address_of
from services.web.cookies import VOICE, cookie_name, set_cookie
from services.web.forms import NotRecorded
from services.web.pages import page_language, settings_of, shop_of

KEPT_FOR = timedelta(days=365)
"""The browser's own code, so that the second word of a person is known as his."""
MOST_FIELDS = 12


def own_code(request: Request) -> str:
    """What the browser has; empty where it has none."""
    return request.cookies.get(cookie_name(settings_of(request), VOICE), "")[: voices.LONGEST]


def voice_of(request: Request, site: str, code: str | None = None) -> Doer:
    """Whoever looks, by the browser's code unless another is given. Raises UnknownStream."""
    mine = own_code(request) if code is None else code
    return Doer(shop_of(request), settings_of(request), voices.voice(shop_of(request), ring(), site, mine))


def speaker(request: Request, site: str, said: dict[str, str]) -> tuple[str, Doer]:
    """With the code that was typed, or that the browser has, or a new one."""
    code = said.get("code", "").strip()[: voices.LONGEST] or own_code(request) or voices.new_code(ring())
    return code, voice_of(request, site, code)


def count(request: Request, site: str, *, new: bool) -> None:
    """Count before it is said. Raises NotRecorded where it is too much."""
    try:
        voices.count(shop_of(request), ring(), site, address_of(request.scope), new=new)
    except TooManyTries:
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("这里刚才提交得太多了，请过一会儿再试，或打电话给居委会"), 429) from None


def back(request: Request, to: str, code: str) -> Response:
    """To where it can be read; the browser keeps the code."""
    response = RedirectResponse(to, 303)
    set_cookie(response, settings_of(request), VOICE, code, lasts=KEPT_FOR)
    return response
