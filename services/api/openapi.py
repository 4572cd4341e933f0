"""The description of the API: exact, with its problems and its one way of access."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.api.guard import OPEN_PATHS
from services.api.problems import ProblemBody

DESCRIPTION = """\
One reported issue becomes an order; every party on it has its own clock, until somebody else has
verified its work.

Begin with `GET /api/v1/sites/{site}`: rooms, parties and categories by the codes that bodies take. Report
with `POST /api/v1/orders`. Then an order's `allowed` names the actions that the caller may take now, each
with the address (`href`) to post to; `deadlines` say what is due when, and why.

Instants are RFC 3339: answered in UTC, taken with any zone, refused without one. Names and sentences are in
the language of `Accept-Language` (zh, en). Unknown fields and parameters are refused.

Every POST takes an `Idempotency-Key`. Lists go on by the opaque `next` of the part before. What is not done
is told as a problem (RFC 9457).
"""


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made at the first call."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="联办 lianban",
            version="1",
            summary="One order, several parties, each with its own clock.",
            description=DESCRIPTION,
            routes=app.routes,
        )
        schemas = document["components"]["schemas"]
        problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs")
        schemas["Problem"] = problem
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        document["components"]["securitySchemes"] = {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token of `./lianban token create`, bound to site, party and role.",
            }
        }
        document["security"] = [{"token": []}]
        for path in OPEN_PATHS & document["paths"].keys():
            for operation in document["paths"][path].values():
                operation["security"] = []
        app.openapi_schema = document
    return app.openapi_schema
