"""The privacy page: what is kept of people, what for, who sees it, how long, and how they erase it.

Everything it says is so: whoever changes what is kept, or who sees it, changes `templates/privacy.html`.
"""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from services.web.pages import render, settings_of

router = APIRouter(include_in_schema=False)


@router.get("/privacy")
def privacy_page(request: Request) -> HTMLResponse:
    """In plain words, for everybody."""
    days = settings_of(request).contact_days
    return render(request, "privacy.html", {"days": days})
