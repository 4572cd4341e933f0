"""Announced works, for the API, the pages and the sheet on the wall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import Field

from models.domain.matters.works import rules
from models.domain.matters.works.state import HazardWalk, Plan, Works, WorksStatus
from models.domain.streams import Actor, TextRef
from services.matters.kit import Found
from services.matters.venues.refusing import day_of
from services.views.catalogues import words_in
from services.views.language import Language, name_of, party_name
from services.views.models import Named, View


class WorksItem(View):
    """Announced works in the list."""

    code: str
    status: WorksStatus
    what: str
    rooms: list[Named]
    begins: date
    until: date
    opens: str = Field(description="Of each day, the site's local time.")
    closes: str
    urgent: str = Field(description="Why everybody was told later than the rule says; empty: in time.")
    owes_walk: bool = Field(description="The rooms were not walked for hazards yet.")
    overdue: bool = Field(description="A limit is passed: for the hazard walk, or for the end.")


class WorksView(View):
    """The works that were announced lately, the latest first."""

    items: list[WorksItem]


class WalkedView(View):
    """隐患巡查: by whom, when, and which walk; without one nothing was found."""

    party: Named
    at: datetime
    walk: str | None


class WorksWhole(WorksItem):
    """施工告知 as everybody reads it, with what the caller may do."""

    site: Named
    party: Named
    phone: str
    substitutes: list[Named]
    elsewhere: str
    reason: str = Field(description="Why they were changed or cancelled.")
    announced_at: datetime
    changed_at: datetime | None
    walked: WalkedView | None
    walker: Named | None = Field(description="Who owes the hazard walk.")
    walk_due_at: datetime | None
    due_at: datetime | None = Field(description="When it is asked next whether they ended.")
    started_on: date | None
    ended_on: date | None
    allowed: list[str] = Field(description="What the caller may do with it now.")


@dataclass(frozen=True, slots=True)
class Told:
    """Works on the board and on the pages of their rooms."""

    href: str
    line: str
    """施工：12月3日 周四至12月5日 周六，每天 08:00–17:00."""
    what: str
    rooms: list[Named]
    over: bool
    urgent: bool


def when(plan: Plan, zone: str, language: Language) -> str:
    """12月3日 周四至12月5日 周六，每天 08:00–17:00."""
    _ = words_in(language).gettext
    first, last = (day_of(day, zone, language) for day in (plan.begins, plan.until))
    said = _("{first}，{opens}–{closes}") if first == last else _("{first}至{last}，每天 {opens}–{closes}")
    return said.format(first=first, last=last, opens=plan.opens, closes=plan.closes)


def text(found: Found[Works], ref: TextRef | None) -> str:
    """The words of a reference; erased ones are empty."""
    return found.words.get(ref.id, "") if ref else ""


def room_names(found: Found[Works], codes: Iterable[str], language: Language) -> list[Named]:
    """Rooms by name."""
    spaces = found.context.site.spaces
    return [Named(code=x, name=name_of(spaces[x], language) if x in spaces else x) for x in codes]


def item_of(found: Found[Works], language: Language) -> WorksItem:
    """Works of the list."""
    return WorksItem.model_validate(_item(found, language))


def _item(found: Found[Works], language: Language) -> dict[str, object]:
    one = found.state
    return {
        "code": found.code,
        "status": one.status,
        "what": text(found, one.plan.what),
        "rooms": room_names(found, one.plan.rooms, language),
        "begins": one.plan.begins,
        "until": one.plan.until,
        "opens": one.plan.opens,
        "closes": one.plan.closes,
        "urgent": text(found, one.urgent),
        "owes_walk": one.owes_walk,
        "overdue": bool(one.asked) and one.is_open,
    }


def whole(found: Found[Works], actor: Actor, language: Language) -> WorksWhole:
    """Works with what the actor may do with them now."""
    one, site = found.state, found.context.site
    due = {each.kind: each.due_at for each in one.deadlines.values()}
    walker = one.walker if one.owes_walk else None
    return WorksWhole.model_validate(
        {
            **_item(found, language),
            "site": Named(code=found.site.code, name=site_name(found, language)),
            "party": _party(found, one.party, language),
            "phone": text(found, one.plan.phone),
            "substitutes": room_names(found, one.plan.substitutes, language),
            "elsewhere": text(found, one.plan.elsewhere),
            "reason": text(found, one.reason),
            "announced_at": one.announced_at,
            "changed_at": one.changed_at,
            "walked": _walked(found, one.walked, language) if one.walked and not one.owes_walk else None,
            "walker": _party(found, walker, language) if walker in site.parties else None,
            "walk_due_at": due.get(rules.WALK),
            "due_at": due.get(rules.END),
            "started_on": one.started_on,
            "ended_on": one.ended_on,
            "allowed": list(_allowed(found, actor)),
        }
    )


def site_name(found: Found[Works], language: Language) -> str:
    """The site's name."""
    return (language == "en" and found.site.name_en) or found.site.name


def _party(found: Found[Works], code: str | None, language: Language) -> Named:
    return Named(code=code or "", name=party_name(code or "", found.context.site, language))


def _walked(found: Found[Works], one: HazardWalk, language: Language) -> WalkedView:
    code = found.code_of(one.walk) if one.walk is not None else None
    return WalkedView(party=_party(found, one.party, language), at=one.at, walk=code)


def _allowed(found: Found[Works], actor: Actor) -> Iterable[str]:
    one, today = found.state, rules.local_day(found.now, found.context)
    if one.owes_walk and rules.may_record_walk(actor, found.context):
        yield "walk"
    if not one.is_open or not rules.may_announce(actor, found.context):
        return
    started = one.status is WorksStatus.STARTED
    if not started and today >= one.plan.begins and not one.owes_walk:
        yield "start"
    yield "change"
    yield "end" if started else "cancel"


def told_of(found: Found[Works], language: Language) -> Told:
    """What the board says of them."""
    one, _ = found.state, words_in(language).gettext
    line = {
        WorksStatus.ENDED: _("施工已完工，房间可以用了"),
        WorksStatus.CANCELLED: _("施工取消：{when}"),
        WorksStatus.STARTED: _("正在施工：{when}"),
        WorksStatus.ANNOUNCED: _("将要施工：{when}"),
    }[one.status]
    return Told(
        href=f"/public/{found.site.code}/works/{found.key.stream_id}",
        line=line.format(when=when(one.plan, found.context.site.zone, language)),
        what=text(found, one.plan.what),
        rooms=room_names(found, one.plan.rooms, language),
        over=not one.is_open,
        urgent=one.urgent is not None,
    )
