"""The stream of an open page: that something changed which it may see, never what."""

import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from time import monotonic

import anyio
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response, StreamingResponse

from services.callers import Caller
from services.web.live import PATH
from services.web.live.hub import Hub, TooManyStreams
from services.web.pages import caller_of

router = APIRouter(include_in_schema=False)

STREAM = "text/event-stream"
GAP = 1.0
"""Seconds between two messages of a stream."""
SIGN = 15.0
"""Seconds without news after which a comment says that the line still stands."""
LASTS = 900.0
"""Seconds; then the page comes again, and whoever was shut out meanwhile does not."""


@router.get(PATH)
async def live(request: Request, since: str = "") -> Response:
    """Server-sent events: `{"orders": […]}` or `{"all": true}`, each with the mark up to which it tells."""
    if STREAM not in request.headers.get("accept", ""):
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE)
    hub: Hub = request.app.state.live
    begun = hub.position_of(request.headers.get("last-event-id") or since)
    messages = _messages(hub, caller_of(request), begun)
    try:
        first = await anext(messages)
    except TooManyStreams:
        return Response(status_code=503, headers={"Retry-After": "30"})

    async def all_of_it() -> AsyncIterator[str]:
        yield first
        async for one in messages:
            yield one

    return StreamingResponse(all_of_it(), media_type=STREAM, headers={"X-Accel-Buffering": "no"})


async def _messages(hub: Hub, caller: Caller, begun: int) -> AsyncIterator[str]:
    codes = {number: code for code, number in caller.sites.items()}
    ends, at = monotonic() + LASTS, begun
    with hub.watching(caller):
        yield "retry: 2000\n\n"
        await hub.follow(caller)
        while monotonic() < ends:
            changed, at = hub.news(caller, at), hub.position
            if changed is None or changed:
                told = (
                    {"all": True}
                    if changed is None
                    else {"orders": sorted(f"{codes[site]}-{number}" for site, number in changed)}
                )
                yield f"id: {hub.mark}\ndata: {json.dumps(told)}\n\n"
                await anyio.sleep(GAP)
            elif at == hub.position:
                await hub.moved(SIGN)
                if at == hub.position:
                    yield ":\n\n"
