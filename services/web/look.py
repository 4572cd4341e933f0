"""How the pages look to a visitor: 长辈版, on or off, kept in the browser."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from services.web.coming_back import own_path
from services.web.cookies import ELDER, set_cookie
from services.web.pages import settings_of

router = APIRouter(include_in_schema=False)
_A_YEAR = timedelta(days=365)


@router.post("/look")
def choose_look(
    request: Request,
    elder: Annotated[Literal["on", "off"], Form()],
    back: Annotated[str, Form(max_length=400)] = "/",
) -> Response:
    """Switch 长辈版 and return to the page one was on."""
    response = RedirectResponse(own_path(back), 303)
    set_cookie(response, settings_of(request), ELDER, elder, lasts=_A_YEAR)
    return response
