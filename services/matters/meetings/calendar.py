"""The meeting as a calendar file (RFC 5545), for the calendar of a phone."""

from datetime import timedelta

from starlette.responses import Response

from models.domain.matters.meetings.state import MeetingState, MeetingStatus
from services.matters.kit import Found
from services.views.language import Language, name_of

LASTS = timedelta(hours=1)
"""Nobody plans its end; an hour is kept free."""


def invitation(found: Found[MeetingState], language: Language, home: str) -> Response:
    """The file. No names of people, no texts: who opens it comes to the page."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - loaded only where a file is asked for

    state, site = found.state, found.context.site
    event = Event()
    event.add("uid", f"meeting-{found.code}@{site.code.lower()}.lianban")
    event.add("dtstamp", found.state.called_at)
    event.add("dtstart", state.meets_at)
    event.add("dtend", state.meets_at + LASTS)
    head = "Coordination meeting" if language == "en" else "协调会"
    event.add("summary", f"{head} {found.code_of(state.order)}")
    space = site.spaces.get(state.place)
    event.add("location", name_of(space, language) if space else state.place)
    event.add("url", f"{home.rstrip('/')}/meetings/{found.code}")
    if state.status is MeetingStatus.CANCELLED:
        event.add("status", "CANCELLED")
    calendar = Calendar()
    calendar.add("prodid", "-//lianban//meetings//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return Response(
        calendar.to_ical(),
        media_type="text/calendar",
        headers={
            "Content-Disposition": f'attachment; filename="meeting-{found.code}.ics"',
            "Cache-Control": "private, no-store",
        },
    )
