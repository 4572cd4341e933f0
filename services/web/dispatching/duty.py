"""Who is on duty when, and who is away: to see, and to change."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.notify import duty
from services.notify.expanding import read_people
from services.store.contexts import read_sites
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.web.dispatching.own_party import own_place, read_own
from services.web.pages import page_language, render, shop_of

router = APIRouter(prefix="/duty", include_in_schema=False, default_response_class=HTMLResponse)
Text = Annotated[str, Form(max_length=64)]


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


WHY = {
    "who": _("请选择本单位的成员"),
    "days": _("请至少选一天"),
    "dates": _("请写清起止时间，结束要晚于开始，最长一年"),
    "self": _("替班的人不能是本人"),
    "hours": _("请写清几点到几点"),
}
DAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


@router.get("")
def duty_page(request: Request) -> HTMLResponse:
    """The party's roster, who has the turn now, and who is away."""
    return _page(request)


def _page(request: Request, why: str = "", typed: dict[str, str] | None = None) -> HTMLResponse:
    place, shop = own_place(request), shop_of(request)
    say = words_in(page_language(request)).gettext
    with transaction(shop.engine, [place.site_id]) as sql:
        own = read_own(sql, request, place)
        now = read_sites(sql, [place.site_id])[place.site_id].virtual_now or datetime.now(UTC)
        people = read_people(sql, place.site_id)
        values = {
            "own": own,
            "turns": duty.turns(sql, place),
            "absences": duty.absences(sql, place),
            "now": [own.words.get(one.code, one.code) for one in people.on_duty(place.party, now)],
            "present": [
                own.words.get(one.code, one.code) for one in people.present(people.on_duty(place.party, now))
            ],
            "days": [say(one) for one in DAYS],
            "refused": say(WHY[why]) if why else "",
            "typed": typed or {},
            "did": "did" in request.query_params,
            "from_": now.astimezone(ZoneInfo(own.zone)).strftime("%Y-%m-%dT%H:%M"),
            "to": (now + timedelta(days=7)).astimezone(ZoneInfo(own.zone)).strftime("%Y-%m-%dT%H:%M"),
        }
    return render(request, "dispatching/duty.html", values, 422 if why else 200)


@router.post("/turns")
def add_turn(
    request: Request,
    member: Text = "",
    begins: Text = "",
    ends: Text = "",
    days: Annotated[list[int], Form(max_length=7)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Put somebody on duty."""
    typed = {"member": member, "begins": begins, "ends": ends, "days": " ".join(map(str, days))}
    place = own_place(request)
    try:
        hours = time.fromisoformat(begins), time.fromisoformat(ends)
    except ValueError:
        return _page(request, "hours", typed)
    try:
        with transaction(shop_of(request).engine, [place.site_id]) as sql:
            duty.add_turn(sql, place, member, days, hours)
    except duty.NotKept as refusal:
        return _page(request, refusal.why, typed)
    return RedirectResponse("/duty?did=1", 303)


@router.post("/turns/{number}/drop")
def drop_turn(request: Request, number: int) -> Response:
    """Take a turn off."""
    place = own_place(request)
    with transaction(shop_of(request).engine, [place.site_id]) as sql:
        duty.drop_turn(sql, place, number)
    return RedirectResponse("/duty?did=1", 303)


@router.post("/absences")
def add_absence(
    request: Request, member: Text = "", substitute: Text = "", begins: Text = "", ends: Text = ""
) -> Response:
    """Say who is away, and who stands in."""
    typed = {"away": member, "substitute": substitute, "from": begins, "to": ends}
    place = own_place(request)
    try:
        with transaction(shop_of(request).engine, [place.site_id]) as sql:
            zone = ZoneInfo(read_own(sql, request, place).zone)
            when = (_instant(begins, zone), _instant(ends, zone))
            duty.add_absence(sql, place, member, substitute or None, when)
    except duty.NotKept as refusal:
        return _page(request, refusal.why, typed)
    return RedirectResponse("/duty?did=1", 303)


def _instant(typed: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone)
    except ValueError:
        raise duty.NotKept("dates") from None


@router.post("/absences/{number}/drop")
def drop_absence(request: Request, number: int) -> Response:
    """Somebody is back."""
    place = own_place(request)
    with transaction(shop_of(request).engine, [place.site_id]) as sql:
        duty.drop_absence(sql, place, number)
    return RedirectResponse("/duty?did=1", 303)
