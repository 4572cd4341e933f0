"""Whom to tell of a weakness (RFC 9116); nothing while the operator names nobody."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import PlainTextResponse

from services.web.pages import settings_of

PATH = "/.well-known/security.txt"
GOOD_FOR = timedelta(days=90)
"""Counted from each answer, so that only copies grow stale. RFC 9116 wants less than a year."""

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def security_txt(request: Request) -> PlainTextResponse:
    """The contact, how long this holds, and which languages are read."""
    told = settings_of(request)
    if told.security_contact is None:
        raise HTTPException(404)
    expires = (datetime.now(UTC) + GOOD_FOR).replace(microsecond=0)
    return PlainTextResponse(
        f"Contact: {told.security_contact}\n"
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
        "Preferred-Languages: zh, en\n"
        f"Canonical: {told.public_url}{PATH}\n"
    )
