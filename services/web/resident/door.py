"""By which door somebody comes to a room's page: with the poster, or signed in to report for another."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from starlette.responses import HTMLResponse

from services.callers import Caller
from services.execute import UnknownStream
from services.privacy.reporting import public_caller
from services.views.language import Language
from services.views.models import CategoryView, SiteView, SpaceView
from services.views.site import site_view
from services.web.pages import caller_of, page_language, render, settings_of, shop_of

POSTER, FOR_ANOTHER = "/r", "/report"
NO_CATEGORY = "-"
"""In an address: whoever reports does not say what it is."""
ICONS = {
    "leak": "droplets",
    "mould": "sprout",
    "loose_fixture": "door-open",
    "electrical": "zap",
    "fire": "flame",
    "works_noise": "drill",
    "activity_noise": "music",
    "soundproofing": "audio-lines",
    "dust": "construction",
    "venue": "map-pin",
    "question": "message-circle-question-mark",
    "unclear": "users",
}
"""By the code of a category; one that a site made itself has the wrench."""


class UnknownRoom(Exception):
    """The poster's room is not there any more."""

    def __init__(self, site: SiteView | None, base: str) -> None:
        super().__init__(base)
        self.site, self.base = site, base


@dataclass(frozen=True, slots=True)
class Door:
    """The site that somebody came to, and as whom."""

    base: str
    caller: Caller
    site: SiteView
    language: Language

    @property
    def for_another(self) -> bool:
        """Whether somebody with an account reports for a resident."""
        return self.base == FOR_ANOTHER

    @property
    def site_id(self) -> int:
        """The site's number."""
        return self.caller.sites[self.site.code]

    def room(self, code: str) -> SpaceView:
        """A room of the site. Raises UnknownRoom."""
        for one in self.site.spaces:
            if one.code == code:
                return one
        raise UnknownRoom(self.site, self.base)

    def category(self, code: str) -> CategoryView | None:
        """A category of the site; None for one that it does not have."""
        return next((one for one in self.site.categories if one.code == code), None)

    def at(self, *parts: str) -> str:
        """An address behind this door."""
        return "/".join((self.base, self.site.code, *parts))


def door(request: Request, site: Annotated[str, Path(max_length=16)]) -> Door:
    """The door to a site. Raises UnknownRoom where there is no such site."""
    base = FOR_ANOTHER if request.url.path.startswith(f"{FOR_ANOTHER}/") else POSTER
    language, shop = page_language(request), shop_of(request)
    try:
        caller = caller_of(request) if base == FOR_ANOTHER else public_caller(shop, site)
        return Door(base, caller, site_view(shop, caller, site, language), language)
    except UnknownStream:
        raise UnknownRoom(None, base) from None


OneDoor = Annotated[Door, Depends(door)]


def unknown_room(request: Request, error: Exception) -> HTMLResponse:
    """What to do next: the site's rooms, and the committee's telephone."""
    site, base = (error.site, error.base) if isinstance(error, UnknownRoom) else (None, POSTER)
    values = {"site": site, "base": base}
    return render(request, "resident/no_room.html", values, 404)


def called(thing: SiteView | SpaceView | CategoryView, language: Language) -> str:
    """What a site, a room or a category is called."""
    return (language == "en" and thing.name_en) or thing.name


def public_address(request: Request, *parts: str) -> str:
    """The whole address of a room's page, as the poster has it."""
    return "/".join((settings_of(request).public_url + POSTER, *parts))
