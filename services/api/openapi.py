"""The description of the API: exact, with its problems and its one way of access."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.api.by_code import HEADER, ORDERS
from services.api.guard import OPEN_PATHS, PUBLIC
from services.api.problems import ProblemBody
from services.views.seen import FIELDS, always

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
        _what_is_cut(schemas)
        document["components"]["securitySchemes"] = {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token of `./lianban token create`, bound to site, party and role.",
            },
            "code": {
                "type": "apiKey",
                "in": "header",
                "name": HEADER,
                "description": "The code that `public_report` answered: it opens that order alone.",
            },
        }
        document["security"] = [{"token": []}]
        _other_doors(document)
        app.openapi_schema = document
    return app.openapi_schema


def _other_doors(document: dict[str, Any]) -> None:
    """What needs no token: because it is open to all, or because it has a tracking code."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path.startswith(ORDERS):
                operation["security"] = [{"code": []}]
            elif path in OPEN_PATHS or path.startswith(PUBLIC):
                operation["security"] = []


def _what_is_cut(schemas: dict[str, Any]) -> None:
    """A field that not everybody sees who sees its view may be absent."""
    for view in FIELDS:
        if view.__name__ in schemas:
            schemas[view.__name__]["required"] = always(view)
