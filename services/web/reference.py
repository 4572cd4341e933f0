"""The API's description as a page of our own: no script, nothing from elsewhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse

from services.web.pages import render

router = APIRouter(include_in_schema=False)
_SUBJECTS = ("sites", "orders", "assignments", "photos", "residents", "health")


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be called."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[str]
    body: str | None
    answers: list[tuple[str, str]]


@router.get("/docs")
def reference(request: Request) -> HTMLResponse:
    """All operations with an example each."""
    document = request.app.openapi()
    return render(
        request,
        "reference.html",
        {"info": document["info"], "operations": list(_operations(document))},
    )


@router.get("/openapi.json")
def document_file(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(request.app.openapi())


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    found = [
        (method, path, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]
    for method, path, told in sorted(found, key=_place):
        yield Operation(
            method.upper(),
            path,
            told.get("summary", ""),
            told.get("description", ""),
            [one["name"] for one in told.get("parameters", ()) if one["in"] == "query"],
            _example(told),
            [(status, answer.get("description", "")) for status, answer in told["responses"].items()],
        )


def _place(operation: tuple[str, str, dict[str, Any]]) -> int:
    """By subject, and within one as the routes were written."""
    tag = next(iter(operation[2].get("tags", ())), "")
    return _SUBJECTS.index(tag) if tag in _SUBJECTS else len(_SUBJECTS)


def _example(operation: dict[str, Any]) -> str | None:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if not body:
        return None
    examples = [one["value"] for one in body.get("examples", {}).values()]
    examples += body.get("schema", {}).get("examples", [])
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else None
