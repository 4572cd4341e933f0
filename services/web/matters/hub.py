"""共商: from here to everything that happens around the orders."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from models.domain.policy import Permission
from services.views.catalogues import later as _
from services.web.pages import caller_of, render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Door:
    """A way from here: name and purpose in a few words, and what lets somebody through."""

    href: str
    name: str
    about: str
    icon: str
    permission: Permission


DOORS: tuple[Door, ...] = (
    Door(
        "/together/rules",
        _("办理规则"),
        _("时限、派单和催办怎么规定，怎么改"),
        "scale",
        Permission.SEE_RULES,
    ),
    Door(
        "/topics",
        _("议事"),
        _("大家共用的房间怎么用，一起商量出共识"),
        "messages-square",
        Permission.SAY_OPINION,
    ),
    Door(
        "/together/questions",
        _("居民疑问"),
        _("把答复公开出来，别人不用再问"),
        "circle-question-mark",
        Permission.PUBLISH_ANSWERS,
    ),
    Door(
        "/drawings",
        _("图纸与对比"),
        _("公布效果图、平面图和前后照片，回复提在图上的意见"),
        "ruler",
        Permission.SEE_ORDERS,
    ),
    Door(
        "/together/venues",
        _("替代场地"),
        _("房间关闭时活动改到哪里，每周活动和日程"),
        "calendar-range",
        Permission.SEE_VENUES,
    ),
    Door(
        "/together/works",
        _("施工告知"),
        _("施工前告诉大家哪几天、几点、去哪里；先做隐患巡查"),
        "construction",
        Permission.SEE_WORKS,
    ),
    Door(
        "/figures",
        _("指标"),
        _("办得快不快、好不好，按单位、类别、地点看"),
        "chart-line",
        Permission.SEE_FIGURES,
    ),
    Door(
        "/acceptances",
        _("验收"),
        _("初验逐间验、返工再验；竣工证书和质保"),
        "clipboard-check",
        Permission.SEE_ACCEPTANCES,
    ),
    Door("/walk", _("巡查"), _("逐间走、边走边记，汇成一张整改通知单"), "footprints", Permission.SEE_WALKS),
    Door(
        "/meetings",
        _("协调会"),
        _("责任或费用不清，坐下来商定，签了就生效"),
        "handshake",
        Permission.SEE_MEETINGS,
    ),
)


@router.get("/together")
def hub_page(request: Request) -> HTMLResponse:
    """The doors that are open to the caller."""
    caller = caller_of(request)
    doors = [one for one in DOORS if caller.sites_where(one.permission)]
    return render(request, "matters/hub.html", {"doors": doors})
