"""What waits for the signed-in person: why, until when, and one tap to take it on."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.inbox import inbox
from services.walks.told import notices_to
from services.web.dispatching.words import ACTIONS
from services.web.pages import caller_of, page_language, render, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/inbox")
def inbox_page(request: Request, did: Annotated[str, Query(max_length=30)] = "") -> HTMLResponse:
    """Newest and most urgent first."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    say = words_in(language).gettext
    with transaction(shop.engine, caller.site_ids) as sql:
        notices = [one for one in notices_to(shop, sql, caller) if one.waiting]
    values = {
        "notices": notices,
        "alerts": inbox(shop, caller, language),
        "topics": " ".join(sorted(caller.sites)),
        "key": secrets.token_hex(16),
        "did": say(ACTIONS[did][0]) if did in ACTIONS else "",
    }
    return render(request, "dispatching/inbox.html", values)
