"""The public reports, without an account, and is handed the code by which to come back."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, Field

from models.domain.orders.refusals import BadValue
from models.domain.words import Severity
from services import desk
from services.actions import bodies as b
from services.api import examples
from services.api.carrying import raise_refusal
from services.api.guard import PUBLIC
from services.api.problems import declared
from services.api.visit import OneErrand, OneVisit, SitePath
from services.privacy import reporting
from services.secrets import ring
from services.views.language import say
from services.views.models import SiteView
from services.views.site import site_view
from services.web.clients import address_of

SHORTEST_KEY = 16
"""Of the public's Idempotency-Key: the code hangs on it, so that nobody must guess it."""

router = APIRouter(prefix="/public", tags=["residents"])


class PublicReport(b.Body):
    """What a resident reports; name and phone only if the resident wants to be called back."""

    site: Annotated[str, Field(pattern=b.SITE_CODE, examples=["AIBO5"])]
    space: b.Code = Field(examples=["table-tennis"])
    description: b.Text = Field(examples=["乒乓房漏水，靠窗地上有水"])
    category: b.Code | None = Field(None, examples=["leak"])
    severity: Severity = Severity.ORDINARY
    reporter: b.ReporterBody | None = None
    private: bool = Field(default=False, description="A question: its answer is never published.")


class Receipt(BaseModel):
    """What the reporter keeps."""

    code: str = Field(description="The order.", examples=["AIBO5-17"])
    tracking_code: str = Field(
        description="Shown this once: write it down. It opens this order alone.",
        examples=["7KQM-2X9D-HV3T-8R5N"],
    )
    privacy: str = Field(description="What is done with name and phone, in one sentence.")


PRIVACY = (
    (
        "称呼和电话只用来就这件事联系您：加密保存，显示时遮住中间几位，每次查看都有记录，施工方看不到，"
        "结案后到期自动删除，您也可以随时凭查询码删除。"
    ),
    (
        "Name and phone serve to call you about this alone: kept sealed, shown masked, each look on record,"
        " never shown to the contractor, erased some time after closing, and by you whenever you like."
    ),
)


@router.post(
    "/reports",
    status_code=201,
    summary="居民报修 Report without an account",
    operation_id="public_report",
    responses=declared(404, 409, 413, 415, 422, 429),
)
def public_report(
    errand: OneErrand,
    body: Annotated[PublicReport, Body(examples=[examples.PUBLIC_REPORT])],
    request: Request,
    response: Response,
) -> Receipt:
    """Take an issue down for anybody. A danger that nobody known reports wakes the duty phone alone at first.

    The tracking code is shown this once: it is the `Tracking-Code` of all that comes after. Sent again with
    the same `Idempotency-Key` (at least 16 characters, random) it is answered with the same code.
    """
    if errand.key is not None and len(errand.key) < SHORTEST_KEY:
        raise BadValue("Idempotency-Key", "too short: make it random, of at least 16 characters")
    visit = errand.visit
    told = b.ReportAtSite.model_validate(body.model_dump())
    done = reporting.report(visit.shop, ring(), told, address_of(request.scope), errand.key)
    raise_refusal(visit.of(done.caller), done.key, done.answer, desk.Wish("report", told))
    code = desk.code_of(done.caller, done.key)
    response.headers["Location"] = f"{PUBLIC}orders/{code}"
    return Receipt(code=code, tracking_code=done.code, privacy=say(PRIVACY, visit.language))


@router.get(
    "/sites/{site}",
    summary="场所 What can be reported where",
    operation_id="public_site",
    responses=declared(404, 422, 429),
)
def public_site(visit: OneVisit, site: SitePath) -> SiteView:
    """Rooms and categories by the codes that a report takes."""
    return site_view(visit.shop, reporting.public_caller(visit.shop, site), site, visit.language)
