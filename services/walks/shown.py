"""A walk as page and papers show it: each finding with its order, who is asked, and how far he is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from models.domain.orders.state import Assignment, Order
from models.domain.walks.state import Finding, Walk, WalkStatus
from models.domain.words import ENDED, AssignmentState, OrderStatus, PhotoPurpose, Severity
from services.views import labels
from services.views.catalogues import words_in
from services.views.language import Language, name_of, party_name, time_text
from services.walks.reading import Answered, FoundWalk

_MENDED = frozenset({AssignmentState.DONE, AssignmentState.VERIFIED})


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding. `after` are photos of its order, as (order's code, photo's id)."""

    key: str
    id: int
    number: int
    """Its place in the notice."""
    space: str
    place: str
    hazard: str
    danger: bool
    words: str
    before: tuple[str, ...]
    order: str | None
    party: str
    parties: frozenset[str]
    """Codes of those with a part in its order, and of whoever is asked."""
    due: str
    state: str
    mended: bool
    """The asked party says that it is done."""
    checked: bool
    """Somebody else has looked, or the order ended otherwise."""
    done: str
    verified: str
    after: tuple[tuple[str, str], ...]
    head: str
    late: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The findings that one party is asked to mend."""

    party: str
    name: str
    findings: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class WalkView:
    """A walk in a language."""

    code: str
    status: WalkStatus
    site: str
    zone: str
    party: str
    begun_at: datetime
    finished_at: datetime | None
    findings: tuple[Shown, ...]
    asked: tuple[Asked, ...]

    def only(self, party: str) -> "WalkView":
        """The same with nothing but what a party has a part in; each keeps its number."""
        mine = {one.id for one in self.findings if party in one.parties}
        asked = [
            replace(one, findings=tuple(each for each in one.findings if each.id in mine))
            for one in self.asked
        ]
        return replace(
            self,
            findings=tuple(one for one in self.findings if one.id in mine),
            asked=tuple(one for one in asked if one.findings),
        )

    @property
    def mended(self) -> int:
        """How many the asked parties say they mended."""
        return sum(one.mended for one in self.findings)

    @property
    def checked(self) -> int:
        """How many are over."""
        return sum(one.checked for one in self.findings)

    @property
    def rooms(self) -> dict[str, int]:
        """How many findings a room has."""
        return {one.space: sum(other.space == one.space for other in self.findings) for one in self.findings}


def walk_view(found: FoundWalk, orders: Mapping[int, Answered], language: Language) -> WalkView:
    """The walk in a language; `orders` are those of its findings."""
    site, walk = found.context.site, found.walk
    rooms = list(site.spaces)
    many = Counter(walk.answered_by.values())
    in_order = sorted(
        walk.findings.items(),
        key=lambda one: (*_group(walk, many, one[0]), _place(rooms, one[1].space), one[1].id),
    )
    shown = [
        _shown(found, orders, language, (place, key, one)) for place, (key, one) in enumerate(in_order, 1)
    ]
    return WalkView(
        code=found.code,
        status=walk.status,
        site=(language == "en" and found.site.name_en) or found.site.name,
        zone=site.zone,
        party=party_name(walk.party, site, language),
        begun_at=walk.begun_at,
        finished_at=walk.finished_at,
        findings=tuple(shown),
        asked=tuple(_asked(found, shown, language)),
    )


def _group(walk: Walk, many: Mapping[str, int], key: str) -> tuple[int, str]:
    """A notice is read by party: who is asked most comes first."""
    party = walk.answered_by.get(key, "")
    return -many.get(party, 0), party


def _place(rooms: list[str], code: str) -> int:
    """Rooms in the order in which the site lists them; one that is gone comes last."""
    return rooms.index(code) if code in rooms else len(rooms)


def _asked(found: FoundWalk, shown: Iterable[Shown], language: Language) -> Iterable[Asked]:
    by_party: dict[str, list[Shown]] = {}
    for one in shown:
        by_party.setdefault(found.walk.answered_by.get(one.key, ""), []).append(one)
    for party, many in by_party.items():
        name = party_name(party, found.context.site, language) if party else ""
        yield Asked(party, name or words_in(language).gettext("待派单"), tuple(many))


def _shown(
    found: FoundWalk,
    orders: Mapping[int, Answered],
    language: Language,
    what: tuple[int, str, Finding],
) -> Shown:
    place, key, one = what
    site, party = found.context.site, found.walk.answered_by.get(key, "")
    hazard = found.context.playbook.hazards.get(one.hazard)
    space = site.spaces.get(one.space)
    answered = orders.get(one.order) if one.order is not None else None
    progress = _progress(found, answered, party, language)
    return Shown(
        key=key,
        id=one.id,
        number=place,
        space=one.space,
        place=name_of(space, language) if space else one.space,
        hazard=((language == "en" and hazard.name_en) or hazard.name) if hazard else one.hazard,
        danger=one.severity is Severity.DANGER,
        words=found.words.get(one.words.id, "") if one.words else "",
        before=tuple(photo.id for photo in one.photos),
        order=found.code_of(one.order) if one.order is not None else None,
        party=party_name(party, site, language) if party else "",
        parties=frozenset({party, *(answered.order.assignments if answered else ())} - {""}),
        due=progress.due,
        state=progress.state,
        mended=progress.mended,
        checked=progress.checked,
        done=progress.done,
        verified=progress.verified,
        after=_after(found, one, answered),
        head=answered.head if answered else "",
        late=progress.late,
    )


@dataclass(frozen=True, slots=True)
class _Progress:
    due: str = ""
    state: str = ""
    mended: bool = False
    checked: bool = False
    done: str = ""
    verified: str = ""
    late: bool = False


def _progress(found: FoundWalk, answered: Answered | None, party: str, language: Language) -> _Progress:
    """By the assignment of the asked party, or by whoever leads once the origin was found out."""
    if answered is None:
        return _Progress()
    order, zone = answered.order, found.context.site.zone
    lead = order.lead()
    own = order.assignments.get(lead.party if lead else party)
    first = answered.fix_by.get(own.party) if own else None
    checked = order.status in ENDED or (own is not None and own.state is AssignmentState.VERIFIED)
    return _Progress(
        due=time_text(first, zone, language) if first else words_in(language).gettext("定责后确定"),
        state=_state(order, own, language),
        mended=checked or (own is not None and own.state in _MENDED),
        checked=checked,
        done=time_text(own.done_at, zone, language) if own and own.done_at else "",
        verified=time_text(own.ended_at, zone, language) if own and own.ended_at and checked else "",
        late=order.colour == "red",
    )


def _state(order: Order, own: Assignment | None, language: Language) -> str:
    if own is None or order.status in ENDED - {OrderStatus.CLOSED}:
        return labels.label(labels.STATUS, order.status, language)
    return labels.label(labels.STATE, own.state, language)


def _after(found: FoundWalk, one: Finding, answered: Answered | None) -> tuple[tuple[str, str], ...]:
    if answered is None or one.order is None:
        return ()
    code = found.code_of(one.order)
    return tuple(
        (code, photo.id)
        for photo in answered.order.photos
        if photo.purpose is PhotoPurpose.AFTER and photo.round == answered.order.round
    )
