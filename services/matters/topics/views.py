"""Topics as the API answers them and the pages show them: what is public, and nobody's person."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import Field

from models.domain.matters.topics import decide as d
from models.domain.matters.topics.state import Opinion, Stance, Topic, TopicStatus
from models.domain.streams import Actor, TextRef
from services.matters.kit import Found
from services.store.contexts import Sql
from services.views.language import Language, name_of, party_name
from services.views.models import Named, View

S = TopicStatus
_OPEN = (S.COLLECTING, S.PUBLISHED)
_HEARING = (S.COLLECTING, S.DELIBERATING, S.PUBLISHED)


class TopicItem(View):
    """A topic in the list."""

    code: str
    title: str
    status: TopicStatus
    space: Named | None
    by: Named | None = Field(description="The party that proposed it; none: a resident.")
    proposed_at: datetime
    until: datetime | None = Field(description="When collecting or publishing ends.")
    turnout: int = Field(description="How many people said something, each once.")


class TopicsView(View):
    """The latest topics that the caller may see."""

    items: list[TopicItem]


class CountsView(View):
    """How many said what in a phase."""

    phase: TopicStatus
    favour: int
    against: int
    advice: int


class OpinionView(View):
    """意见. Who said it nobody reads."""

    id: str
    phase: TopicStatus
    stance: Stance
    at: datetime
    words: str | None = Field(description="None where it is hidden, or says nothing but its stance.")
    hidden: str | None = Field(description="Why it is not shown.")
    mine: bool


class GroupView(View):
    """Opinions that say the same, and the committee's answer."""

    id: str
    heading: str
    answer: str | None
    answered_at: datetime | None
    opinions: list[OpinionView]


class SpawnedView(View):
    """An order by which it is carried out."""

    code: str
    status: str
    category: str | None


class TopicWhole(TopicItem):
    """议事: all that is public of a topic."""

    site: Named
    zone: str
    words: str
    order: str | None = Field(description="The order out of which it came.")
    counts: list[CountsView]
    groups: list[GroupView]
    opinions: list[OpinionView] = Field(description="Those in no group, the latest first.")
    present: int = Field(description="How many sat at the deliberation.")
    consensus: str | None
    published_at: datetime | None
    orders: list[SpawnedView]
    review: str | None
    kept: bool | None
    reason: str | None = Field(description="Why it was declined, or ended without a consensus.")
    allowed: list[str] = Field(description="What the caller may do with it now.")


def item_of(found: Found[Topic], language: Language) -> TopicItem:
    """A topic of the list."""
    return TopicItem.model_validate(_item(found, language))


def _item(found: Found[Topic], language: Language) -> dict[str, object]:
    topic, site = found.state, found.context.site
    space = site.spaces.get(topic.space)
    by = Named(code=topic.party, name=party_name(topic.party, site, language)) if topic.party else None
    return {
        "code": found.code,
        "title": _text(found, topic.title) or "",
        "status": topic.status,
        "space": Named(code=topic.space, name=name_of(space, language)) if space else None,
        "by": by,
        "proposed_at": topic.proposed_at,
        "until": min((term.due_at for term in topic.deadlines.values()), default=None),
        "turnout": topic.turnout,
    }


def whole(found: Found[Topic], sql: Sql, actor: Actor, language: Language) -> TopicWhole:
    """A topic with all that belongs to it."""
    topic, site = found.state, found.site
    alone = [one for one in topic.opinions.values() if str(one.group) not in topic.groups]
    more = {
        "site": Named(code=site.code, name=(language == "en" and site.name_en) or site.name),
        "zone": found.context.site.zone,
        "words": _text(found, topic.words) or "",
        "order": found.code_of(topic.order) if topic.order else None,
        "counts": list(_counts(topic)),
        "groups": [
            GroupView(
                id=key,
                heading=_text(found, one.heading) or "",
                answer=_text(found, one.answer),
                answered_at=one.answered_at,
                opinions=_opinions(found, [o for o in topic.opinions.values() if o.group == one.id], actor),
            )
            for key, one in topic.groups.items()
        ],
        "opinions": _opinions(found, alone, actor),
        "present": topic.present,
        "consensus": _text(found, topic.consensus),
        "published_at": topic.published_at,
        "orders": _spawned(found, sql),
        "review": _text(found, topic.review),
        "kept": topic.kept,
        "reason": _text(found, topic.reason),
        "allowed": allowed(found, actor),
    }
    return TopicWhole.model_validate(_item(found, language) | more)


def _counts(topic: Topic) -> Iterator[CountsView]:
    for phase in _OPEN:
        said = topic.counts(phase)
        if any(said.values()):
            yield CountsView(
                phase=phase,
                favour=said[Stance.FOR],
                against=said[Stance.AGAINST],
                advice=said[Stance.ADVICE],
            )


def _opinions(found: Found[Topic], said: Sequence[Opinion], actor: Actor) -> list[OpinionView]:
    return [
        OpinionView(
            id=str(one.id),
            phase=one.phase,
            stance=one.stance,
            at=one.at,
            words=None if one.hidden else _text(found, one.words),
            hidden=_text(found, one.hidden),
            mine=actor.person is not None and one.person == actor.person,
        )
        for one in sorted(said, key=lambda one: (one.at, one.id), reverse=True)
    ]


def _spawned(found: Found[Topic], sql: Sql) -> list[SpawnedView]:
    rows = sql.execute(
        "SELECT stream_id, status, category FROM stream WHERE site_id = %s AND stream_id = ANY (%s)"
        " ORDER BY stream_id",
        (found.key.site_id, list(found.state.orders)),
    ).fetchall()
    return [
        SpawnedView(code=found.code_of(number), status=status, category=category)
        for number, status, category in rows
    ]


def allowed(found: Found[Topic], actor: Actor) -> list[str]:
    """What the actor may do with it now."""
    topic, context = found.state, found.context
    leads, status = d.may_lead(actor, context), topic.status
    over = any(term.due_at < found.now for term in topic.deadlines.values())
    checks = {
        "take-up": leads and status is S.PROPOSED,
        "decline": leads and status is S.PROPOSED,
        "opinion": d.may_say(actor) and status in _OPEN and not over,
        "take-back": bool(actor.person and topic.of(actor.person)) and status in _OPEN and not over,
        "hide": d.may_moderate(actor, context) and bool(topic.opinions),
        "group": leads and status in _HEARING and bool(topic.opinions),
        "answer": leads and status in _HEARING and bool(topic.groups),
        "deliberate": leads and status is S.COLLECTING,
        "consensus": leads and status is S.DELIBERATING,
        "end": leads and (status is S.DELIBERATING or (status is S.PUBLISHED and not over)),
        "carry-out": leads and status is S.AGREED,
        "review": leads and status is S.CARRIED_OUT,
    }
    return [name for name, may in checks.items() if may]


def _text(found: Found[Topic], ref: TextRef | None) -> str | None:
    """A text beside the ledger; None where there is none, or it was erased."""
    return found.words.get(ref.id) if ref else None
