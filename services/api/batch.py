"""Many reports in one request, each with its own answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.models import Example
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from starlette.requests import Request
from starlette.responses import Response

from services.actions.bodies import Body as ClosedBody
from services.actions.bodies import ReportAtSite
from services.api import examples
from services.api.problems import declared, problem_of
from services.api.public import count_public, public_among
from services.api.taking import MOST, Asked, take_down, written
from services.api.visit import LONGEST_KEY, Errand, OneErrand, Visit
from services.store.idempotency import Ticket
from services.views.models import OrderView
from services.views.order import API

SINGLE = f"POST {API}/orders"
router = APIRouter(prefix="/orders", tags=["orders"])


class ReportInBatch(ReportAtSite):
    """A report with the site it is for, and a key of its own against repetition."""

    key: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY, pattern="^[!-~]+$")] | None = Field(
        None,
        description="As the Idempotency-Key of a report that is sent alone; the same key there and here is "
        "the same report. Without it the request's Idempotency-Key with the place in the list is one.",
        examples=["import-2026-11-22-0001"],
    )


def _each_by_itself(image: Any, read: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - whatever was sent
    """The report, or what is wrong with it, which is the answer to this one alone."""
    try:
        return read(image)
    except ValidationError as error:
        return RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()])


class BatchBody(ClosedBody):
    """Reports. Each is checked by itself, so that a mistake in one does not hold up the others."""

    reports: Annotated[
        list[Annotated[ReportInBatch, WrapValidator(_each_by_itself)]],
        Field(min_length=1, max_length=MOST, description=f"At most {MOST}."),
    ]


class ReportAnswer(BaseModel):
    """What the same report would have been answered alone: its status with the order or the problem."""

    model_config = ConfigDict(extra="forbid")

    status: int = Field(examples=[201])
    location: str | None = Field(None, description="201: where the order is.")
    order: OrderView | None = Field(None, description="201: the order.")
    problem: Annotated[
        dict[str, Any] | None,
        WithJsonSchema({"anyOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]}),
        Field(description="Otherwise: why nothing was taken down. Pointers are into the report."),
    ] = None


class BatchAnswers(BaseModel):
    """One answer a report, in their order."""

    model_config = ConfigDict(extra="forbid")

    answers: list[ReportAnswer]


BATCHES: dict[str, Example] = {
    "two": {
        "summary": "两件，各有各的键",
        "value": {
            "reports": [
                (examples.REPORTS["leak"]["value"] or {}) | {"key": "import-0001"},
                (examples.REPORTS["danger"]["value"] or {}) | {"key": "import-0002"},
            ]
        },
    }
}
_ANSWERS = {
    "answers": [
        {"status": 201, "location": f"{API}/orders/AIBO5-17", "order": examples.ORDER, "problem": None},
        {
            "status": 404,
            "location": None,
            "order": None,
            "problem": {
                "type": "urn:lianban:problem:unknown",
                "title": "找不到",
                "status": 404,
                "detail": "没有这个内容，或者您无权查看",
                "instance": f"{API}/orders:batch",
            },
        },
    ]
}


@router.post(
    ":batch",
    response_model=BatchAnswers,
    summary="批量报修 Report many issues",
    operation_id="report_many",
    responses={
        200: {
            "description": "Each report with its own answer; look at every `status`.",
            "content": {"application/json": {"example": _ANSWERS}},
        },
        **declared(409, 413, 415, 422),
    },
)
def report_many(
    errand: OneErrand,
    body: Annotated[BatchBody, Body(openapi_examples=BATCHES)],
    request: Request,
    response: Response,
) -> Response:
    """Take up to 100 issues down at once. Each is checked, refused or taken down as if it came alone.

    Sent again with the same keys, what was taken down is answered again and nothing is taken down twice.
    """
    read: list[ReportInBatch | RequestValidationError] = list(body.reports)
    visit = errand.visit
    sites = [one.site for one in read if isinstance(one, ReportInBatch)]
    count_public(request, visit, public_among(visit, sites))
    asked = [
        Asked(visit, one.site, one, _ticket(errand, place, one))
        for place, one in enumerate(read)
        if isinstance(one, ReportInBatch)
    ]
    taken = iter(take_down(visit.shop, visit.caller.site_ids, asked))
    told = [one if isinstance(one, Exception) else next(taken) for one in read]
    answers = BatchAnswers(answers=[_answer(visit, request, one) for one in told])
    return written(answers, 200, response)


def _ticket(errand: Errand, place: int, report: ReportInBatch) -> Ticket | None:
    """By the report's own key it is known alone as well; by the request's key and its place only here."""
    caller = errand.visit.caller
    if report.site not in caller.sites or (report.key or errand.key) is None:
        return None
    return Ticket.of(
        actor=caller.id,
        route=SINGLE if report.key else errand.route,
        key=report.key or f"{errand.key} {place}",
        site_id=caller.sites[report.site],
        body=report.model_dump_json(exclude={"key"}).encode(),
        status=201,
    )


def _answer(visit: Visit, request: Request, told: OrderView | Exception) -> ReportAnswer:
    if isinstance(told, OrderView):
        return ReportAnswer(status=201, location=f"{API}/orders/{told.code}", order=told)
    problem = problem_of(told)
    body = problem.body(request, visit.language).model_dump(exclude_none=True)
    return ReportAnswer(status=problem.status, problem=body)
