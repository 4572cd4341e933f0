"""指标: the figures of a site by period, as a page, on paper and as a spreadsheet, and the weekly report."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.figures.periods import Span
from models.domain.policy import Permission
from services.actions.bodies import SITE_CODE
from services.callers import NotPermitted
from services.figures import charts, subscribing
from services.figures.asking import Wish, figures
from services.figures.counting import Narrowed
from services.figures.making import categories_of, spaces_of
from services.figures.paper import report
from services.figures.sheet import spreadsheet
from services.figures.views import FiguresView, rate_text, working_text
from services.store.contexts import read_sites
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, party_name
from services.web.pages import caller_of, page_language, render, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EARLIEST, LATEST = date(2000, 1, 1), date(2098, 12, 31)


class Chosen(BaseModel):
    """What is chosen on the page; it stays in the address. What makes no sense is as if it were not there."""

    model_config = ConfigDict(extra="ignore")

    span: str = Field("month", max_length=20)
    day: str = Field("", max_length=20)
    party: str = Field("", max_length=64)
    category: str = Field("", max_length=64)
    space: str = Field("", max_length=64)

    @field_validator("span")
    @classmethod
    def _known(cls, value: str) -> str:
        return value if value in set(Span) else Span.MONTH

    @field_validator("day")
    @classmethod
    def _date(cls, value: str) -> str:
        try:
            return value if EARLIEST <= date.fromisoformat(value) <= LATEST else ""
        except ValueError:
            return ""

    @property
    def wish(self) -> Wish:
        """As the figures know it."""
        day = date.fromisoformat(self.day) if self.day else None
        return Wish(Span(self.span), day, Narrowed(self.party, self.category, self.space))

    def query(self, **other: str) -> str:
        """The same choice with something else."""
        return urlencode({key: value for key, value in (self.model_dump() | other).items() if value})


ChosenQuery = Annotated[Chosen, Depends()]
SitePath = Annotated[str, Path(pattern=SITE_CODE)]


@router.get("/figures")
def page(
    request: Request, chosen: ChosenQuery, site: Annotated[str, Query(pattern=SITE_CODE)] = ""
) -> HTMLResponse:
    """All figures of a period."""
    shop, caller, language = shop_of(request), caller_of(request), page_language(request)
    seen = caller.sites_where(Permission.SEE_FIGURES)
    codes = sorted(code for code, number in caller.sites.items() if number in seen)
    if not codes:
        raise NotPermitted
    code = site or codes[0]
    found = figures(shop, caller, code, chosen.wish, language)
    values = {
        "f": found,
        "sites": codes,
        "chosen": chosen,
        "choices": _choices(request, caller.sites[code], language),
        "sub": subscribing.wanted(shop, caller, code),
        "rate": lambda one: rate_text(one.numerator, one.denominator, one.percent),
        "working": lambda seconds: working_text(seconds, found.working_day, language),
        "charts": charts,
        "orders": caller.may(Permission.SEE_ORDERS, caller.sites[code]),
    }
    return render(request, "committee/figures.html", values)


def _choices(request: Request, number: int, language: Language) -> dict[str, dict[str, str]]:
    """Names by code of what the figures can be narrowed to."""
    shop = shop_of(request)
    _ = words_in(language).gettext
    with transaction(shop.engine, [number]) as sql:
        context = shop.contexts.of(sql, read_sites(sql, [number])[number])
    return {
        "span": {Span.WEEK: _("周"), Span.MONTH: _("月"), Span.QUARTER: _("季度")},
        "party": {one: party_name(one, context.site, language) for one in context.site.parties},
        "category": categories_of(context, language),
        "space": spaces_of(context, language),
    }


@router.get("/figures/{site}/report.pdf")
def paper(request: Request, site: SitePath, chosen: ChosenQuery) -> Response:
    """The report on paper."""
    found, language = _found(request, site, chosen), page_language(request)
    return _file(report(found, language), "application/pdf", f"{site}-{found.first}.pdf")


@router.get("/figures/{site}/report.xlsx")
def sheet(request: Request, site: SitePath, chosen: ChosenQuery) -> Response:
    """The report as a spreadsheet."""
    found, language = _found(request, site, chosen), page_language(request)
    return _file(spreadsheet(found, language), XLSX, f"{site}-{found.first}.xlsx")


def _found(request: Request, site: str, chosen: Chosen) -> FiguresView:
    return figures(shop_of(request), caller_of(request), site, chosen.wish, page_language(request))


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=kind, headers=headers)


@router.post("/figures/{site}/subscription")
def subscribe(request: Request, site: SitePath, wanted: Annotated[str, Form(max_length=5)] = "") -> Response:
    """Begin or end the weekly report; sent twice it happens once."""
    subscribing.want(shop_of(request), caller_of(request), site, wants=wanted == "yes")
    return RedirectResponse(f"/figures?site={site}#weekly", 303)
