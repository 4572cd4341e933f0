"""Sites: rooms, organisations, categories, floor plans."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.actions.bodies import Code
from services.api.problems import declared
from services.api.visit import OneVisit, SitePath
from services.views.models import SiteView
from services.views.site import floorplan, site_view

router = APIRouter(prefix="/sites", tags=["sites"])


@router.get("/{site}", summary="场所 A site", operation_id="get_site", responses=declared(404, 422))
def get_site(visit: OneVisit, site: SitePath) -> SiteView:
    """Its rooms, organisations, and the categories of the playbook in force."""
    return site_view(visit.shop, visit.caller, site, visit.language)


@router.get(
    "/{site}/floorplan.svg",
    summary="平面图 The floor plan",
    operation_id="get_floorplan",
    response_class=Response,
    responses={
        200: {
            "description": "The plan as SVG; each room is the element `space-CODE`.",
            "content": {"image/svg+xml": {"schema": {"type": "string"}}},
        },
        **declared(404, 422),
    },
)
def get_floorplan(
    visit: OneVisit,
    site: SitePath,
    space: Annotated[Code | None, Query(description="A room to mark with a pin.")] = None,
) -> Response:
    """The site's floor plan, on request with a room marked."""
    plan = floorplan(visit.shop, visit.caller, site, space)
    return Response(plan, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=300"})
