"""Walks as the API answers them."""

from datetime import datetime

from pydantic import Field

from models.domain.streams import Actor
from models.domain.walks.rules import is_its_day, may_go_on
from models.domain.walks.state import WalkStatus
from models.domain.words import Origin, Severity
from services.views.language import Language, party_name
from services.views.models import Named, View
from services.walks.reading import Answered, FoundWalk, Listed, to_take_on
from services.walks.shown import Shown, walk_view

WALKS = "/api/v1/walks"


class WalkItem(View):
    """A walk in the list."""

    code: str
    status: WalkStatus
    origin: Origin
    party: str = Field(description="The code of the party that walks.")
    begun_at: datetime
    finished_at: datetime | None
    findings: int
    ended: int = Field(description="How many of its orders have ended.")


class WalksView(View):
    """The latest walks that the caller may see, those under way first."""

    items: list[WalkItem]


class FindingView(View):
    """What was found, its order, and what became of it."""

    key: str = Field(description="By which it is taken back.")
    number: int = Field(description="Its place in the notice.")
    space: Named
    hazard: Named
    severity: Severity
    words: str
    photos: list[str] = Field(description="Where its photos are.")
    order: str | None = Field(description="The code of its order, once it has one.")
    party: Named | None = Field(description="Whom the notice asks to mend it.")
    due: str = Field(description="The date that was first set, in words; empty before the notice.")
    state: str = Field(description="How far its order is, in words.")
    mended: bool = Field(description="The asked party says that it is done.")
    checked: bool = Field(description="Somebody else has looked, or the order ended otherwise.")
    late: bool


class WalkWhole(View):
    """巡查: a walk with its findings; once finished, its notice 整改通知单."""

    code: str
    site: Named
    status: WalkStatus
    origin: Origin
    party: Named
    begun_at: datetime
    finished_at: datetime | None
    findings: list[FindingView]
    mended: int
    checked: int
    papers: list[str] = Field(description="Where notice and reply are, as PDF.")
    allowed: list[str] = Field(description="What the caller may do with it now.")


def item_of(one: Listed) -> WalkItem:
    """A walk of the list."""
    walk = one.walk
    return WalkItem(
        code=one.code,
        status=walk.status,
        origin=walk.origin,
        party=walk.party,
        begun_at=walk.begun_at,
        finished_at=walk.finished_at,
        findings=len(walk.findings),
        ended=one.ended,
    )


def whole(found: FoundWalk, orders: dict[int, Answered], actor: Actor, language: Language) -> WalkWhole:
    """A walk, and what the actor may do with it."""
    walk, site, shown = found.walk, found.context.site, walk_view(found, orders, language)
    finished = walk.status is WalkStatus.FINISHED
    return WalkWhole(
        code=found.code,
        site=Named(code=found.site.code, name=shown.site),
        status=walk.status,
        origin=walk.origin,
        party=Named(code=walk.party, name=party_name(walk.party, site, language)),
        begun_at=walk.begun_at,
        finished_at=walk.finished_at,
        findings=[_finding(found, one) for one in shown.findings],
        mended=shown.mended,
        checked=shown.checked,
        papers=[f"{WALKS}/{found.code}/{one}.pdf" for one in ("notice", "reply") if finished],
        allowed=list(_allowed(found, orders, actor)),
    )


def _finding(found: FoundWalk, one: Shown) -> FindingView:
    kept = found.walk.findings[one.key]
    party = found.walk.answered_by.get(one.key)
    return FindingView(
        key=one.key,
        number=one.number,
        space=Named(code=one.space, name=one.place),
        hazard=Named(code=kept.hazard, name=one.hazard),
        severity=kept.severity,
        words=one.words,
        photos=[f"{WALKS}/{found.code}/photos/{photo}" for photo in one.before],
        order=one.order,
        party=Named(code=party, name=one.party) if party else None,
        due=one.due,
        state=one.state,
        mended=one.mended,
        checked=one.checked,
        late=one.late,
    )


def _allowed(found: FoundWalk, orders: dict[int, Answered], actor: Actor) -> list[str]:
    walk, today = found.walk, is_its_day(found.walk, found.context, found.now)
    if walk.status is WalkStatus.FINISHED:
        return ["acknowledge"] if to_take_on(walk, orders, actor.party) else []
    if not may_go_on(actor, walk, found.context):
        return []
    if walk.status is WalkStatus.ABANDONED:
        return ["take-up"] if today else []
    return [
        *(["note"] if today else []),
        *(["drop"] if walk.waiting else []),
        *(["finish"] if walk.findings else []),
        "abandon",
    ]
