"""The addresses of today's lines, of the overview, and of what the neighbours are told."""

from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.policy import Permission
from services import desk
from services.actions.bodies import SITE_CODE
from services.callers import NotPermitted
from services.execute import UnknownStream
from services.store.transactions import transaction
from services.views.board import board as public_board
from services.views.counting import counted
from services.views.found import find
from services.views.neighbours import ForNeighbours, for_neighbours
from services.views.overview import overview
from services.views.site import floorplan
from services.views.standing import Narrowed, standing
from services.views.waiting import waiting_for
from services.web.committee import papers
from services.web.forms import LONGEST_KEY, Asked, Hands, NotRecorded, act
from services.web.order_page import CodePath
from services.web.pages import caller_of, page_language, render, settings_of, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


MOST_CALLS = 100
ON_THE_WALL = 6


@router.get("/today")
def today(request: Request) -> HTMLResponse:
    """What waits for one's own party, ten lines at most."""
    caller = caller_of(request)
    found = waiting_for(shop_of(request), caller, page_language(request))
    values = {"w": found, "topics": " ".join(sorted(caller.sites))}
    return render(request, "committee/today.html", values)


@router.get("/street")
def street(request: Request) -> HTMLResponse:
    """Several sites, and each red order so that it can be understood cold."""
    return _street(request, "")


@router.post("/street/{code}/supervise")
def supervise(
    request: Request, code: CodePath, key: Annotated[str, Form(max_length=LONGEST_KEY)] = ""
) -> Response:
    """督办, and back to where one was."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    hands = Hands(shop, settings_of(request), caller, language, "/street")
    try:
        act(hands, desk.key_of(caller, code), Asked("supervise", {}, key))
    except NotRecorded as refusal:
        return _street(request, refusal.words, refusal.status)
    return RedirectResponse(f"/street#{code}", 303)


def _street(request: Request, refused: str, status: int = 200) -> HTMLResponse:
    caller = caller_of(request)
    if not caller.sites_where(Permission.SEE_FIGURES):
        raise NotPermitted
    found = overview(shop_of(request), caller, page_language(request))
    values = {"o": found, "refused": refused, "topics": " ".join(sorted(caller.sites))}
    return render(request, "committee/street.html", values, status)


# ── how it stands ───────────────────────────────────────────────────────────────────────────────────────────

SHOWN = ("yellow", "red", "supervised")


class Chosen(BaseModel):
    """What the board's filters say; it stays in the address."""

    model_config = ConfigDict(extra="ignore")

    category: str = Field("", max_length=64)
    space: str = Field("", max_length=64)
    show: str = Field("", max_length=20)

    @property
    def narrowed(self) -> Narrowed:
        """As the board knows them."""
        return Narrowed(self.category, self.space, self.show if self.show in SHOWN else "")


ChosenQuery = Annotated[Chosen, Depends()]
SiteQuery = Annotated[str, Query(pattern=SITE_CODE)]


@router.get("/board")
def board(request: Request, chosen: ChosenQuery, site: SiteQuery = "") -> HTMLResponse:
    """State by party, and room by room; each figure leads to its orders."""
    return render(request, "committee/board.html", _standing(request, site, chosen.narrowed))


@router.get("/wall")
def wall(request: Request, chosen: ChosenQuery, site: SiteQuery = "") -> HTMLResponse:
    """The same for a screen on a wall: large, following by itself, without anything personal."""
    values = _standing(request, site, chosen.narrowed)
    number = caller_of(request).sites[str(values["topics"])]
    told = public_board(shop_of(request), number, page_language(request))
    values["lines"] = told.red[:ON_THE_WALL]
    return render(request, "committee/wall.html", values)


@router.get("/board/{site}.svg")
def rooms(request: Request, site: Annotated[str, Path(pattern=SITE_CODE)], chosen: ChosenQuery) -> Response:
    """The floor plan with how many orders are open in each room."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    found = standing(shop, caller, site, language, chosen.narrowed)
    plan = floorplan(shop, caller, site)
    drawn = counted(plan, [(one.space.code, one.many, one.colour) for one in found.rooms])
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "private, no-store"})


def _standing(request: Request, site: str, narrowed: Narrowed) -> dict[str, object]:
    caller = caller_of(request)
    seen = caller.sites_where(Permission.SEE_FIGURES)
    codes = sorted(code for code, number in caller.sites.items() if number in seen)
    if not codes:
        raise NotPermitted
    found = standing(shop_of(request), caller, site or codes[0], page_language(request), narrowed)
    kept = {name: value for name, value in asdict(narrowed).items() if value}
    return {
        "s": found,
        "sites": codes,
        "topics": found.site,
        "chosen": narrowed,
        "kept": urlencode({"site": found.site} | kept),
        # The figures say themselves which orders are meant.
        "within": urlencode(
            {"site": found.site} | {name: one for name, one in kept.items() if name != "show"}
        ),
    }


@router.get("/callbacks")
def callbacks(request: Request) -> HTMLResponse:
    """Whom to call back, the longest waiting first."""
    found = waiting_for(
        shop_of(request), caller_of(request), page_language(request), only="callback", most=MOST_CALLS
    )
    topics = " ".join(sorted(caller_of(request).sites))
    return render(request, "committee/callbacks.html", {"w": found, "topics": topics})


# ── for the neighbours ──────────────────────────────────────────────────────────────────────────────────────


@router.get("/o/{code}/notice.pdf")
def notice(request: Request, code: CodePath) -> Response:
    """公示 for the board in the hall: one A4 sheet."""
    paper = papers.notice(_told(request, code), page_language(request))
    return _file(paper, "application/pdf", f"{code}.pdf")


@router.get("/o/{code}/card.png")
def card(request: Request, code: CodePath) -> Response:
    """The picture that goes with the words into a group chat."""
    drawn = papers.card(_told(request, code), page_language(request))
    return _file(drawn, "image/png", f"{code}.png")


def _told(request: Request, code: str) -> ForNeighbours:
    """What may be told of an order that the caller sees. Raises UnknownStream."""
    shop, caller = shop_of(request), caller_of(request)
    key = desk.key_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, page_language(request))
    told = for_neighbours(shop, found, settings_of(request).public_url)
    if told is None:
        raise UnknownStream(key)
    return told


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=kind, headers=headers)
