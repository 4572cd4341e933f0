"""One route an action, made from the table of actions, so that each is described exactly."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body

from services import desk
from services.actions import bodies as b
from services.actions.table import ASSIGNMENT_ACTIONS, MERGE, ORDER_ACTIONS, SPLIT, Action
from services.api import examples
from services.api.carrying import act
from services.api.problems import declared
from services.api.visit import CodePath, OneErrand, PartyPath
from services.views.models import OrderView

router = APIRouter(prefix="/orders/{code}")

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Done; the order as it is now.",
        "content": {"application/json": {"example": examples.ORDER}},
    },
    **declared(403, 404, 409, 413, 415, 422),
}


def _body_parameter(body: type[b.Body], example: dict[str, Any]) -> inspect.Parameter:
    """A body of which nothing is required may be left out."""
    can_be_empty = not any(field.is_required() for field in body.model_fields.values())
    return inspect.Parameter(
        "body",
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[body, Body(examples=[example])],
        default=body() if can_be_empty else inspect.Parameter.empty,
    )


def _parameter(name: str, annotation: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


def _described(run: Callable[..., OrderView], *parameters: inspect.Parameter) -> Callable[..., OrderView]:
    """FastAPI reads what a route takes from its signature; this one is known only now."""
    signature = inspect.Signature(parameters, return_annotation=OrderView)
    setattr(run, "__signature__", signature)  # noqa: B010 - documented, but unknown to the type of callables
    return run


def _on_order(name: str, *, fields_in: str = "") -> Callable[..., OrderView]:
    def run(errand: OneErrand, code: str, body: b.Body) -> OrderView:
        return act(errand, code, desk.Wish(name, body), fields_in=fields_in)

    return run


def _on_assignment(name: str) -> Callable[..., OrderView]:
    def run(errand: OneErrand, code: str, party: str, body: b.Body) -> OrderView:
        return act(errand, code, desk.Wish(name, body, party))

    return run


def _add(path: str, action: Action, run: Callable[..., OrderView], scope: str) -> None:
    parameters = [_parameter("errand", OneErrand), _parameter("code", CodePath)]
    if scope == "assignment":
        parameters.append(_parameter("party", PartyPath))
    example = examples.BODIES[scope, action.name]
    router.add_api_route(
        path,
        _described(run, *parameters, _body_parameter(action.body, example)),
        methods=["POST"],
        summary=f"{action.label} {action.name}",
        description=action.summary,
        operation_id=f"{scope}_{action.name.replace('-', '_')}",
        responses=_ANSWERS,
        tags=[f"{scope}s" if scope == "assignment" else "orders"],
    )


def _nothing_to_build(*_: object) -> Any:  # noqa: ANN401 - never called: the desk builds these two
    raise NotImplementedError


SPLITTING = Action(SPLIT, "拆单", "Part of it becomes an order of its own.", b.SplitBody, _nothing_to_build)
MERGING = Action(MERGE, "并案", "End it here; it lives on in another.", b.MergeBody, _nothing_to_build)

for _action in (*ORDER_ACTIONS.values(), MERGING):
    _add(f"/{_action.name}", _action, _on_order(_action.name), "order")
_add(f"/{SPLIT}", SPLITTING, _on_order(SPLIT, fields_in="report"), "order")
for _action in ASSIGNMENT_ACTIONS.values():
    _add(f"/assignments/{{party}}/{_action.name}", _action, _on_assignment(_action.name), "assignment")
