"""Published answers as the API answers them and the pages show them."""

from datetime import datetime

from pydantic import Field

from models.domain.matters.questions.kind import may_moderate
from models.domain.matters.questions.state import AnswerStatus, PublishedAnswer
from services.matters.kit import Doer, Found
from services.matters.questions.answered import Asked
from services.views.language import Language, name_of, party_name
from services.views.models import Named, View


class AnswerView(View):
    """公开答复, as everybody reads it."""

    code: str
    status: AnswerStatus
    question: str
    answer: str
    space: Named | None
    party: Named = Field(description="Who answered.")
    published_at: datetime
    helped: int = Field(description="How many readers said that it helped.")
    reason: str | None = Field(description="Why it was withdrawn.")


class MemberAnswer(AnswerView):
    """For who moderates: with the question that it came from."""

    order: str


class AskedView(View):
    """An answered question that could be published; in the asker's own words."""

    order: str
    question: str


class AnswersView(View):
    """The nearest first; without words the latest."""

    items: list[AnswerView]


class ModerationView(View):
    """What there is to publish, and what is published."""

    waiting: list[AskedView]
    items: list[MemberAnswer]


def public_view(found: Found[PublishedAnswer], language: Language) -> AnswerView:
    """An answer for everybody."""
    return AnswerView.model_validate(_facts(found, language))


def member_view(found: Found[PublishedAnswer], language: Language) -> MemberAnswer:
    """An answer for who moderates."""
    more = {"order": found.code_of(found.state.order)}
    return MemberAnswer.model_validate(_facts(found, language) | more)


def may_answer(one: Doer, found: Found[PublishedAnswer]) -> bool:
    """Whether the caller moderates there."""
    return may_moderate(one.caller.at(found.key.site_id), found.context)


def asked_view(asked: Asked) -> AskedView:
    """A question that waits."""
    return AskedView(order=asked.code, question=asked.question)


def _facts(found: Found[PublishedAnswer], language: Language) -> dict[str, object]:
    on, site = found.state, found.context.site
    space = site.spaces.get(on.space)
    return {
        "code": found.code,
        "status": on.status,
        "question": found.words.get(on.question.id, ""),
        "answer": found.words.get(on.answer.id, ""),
        "space": Named(code=on.space, name=name_of(space, language)) if space else None,
        "party": Named(code=on.party, name=party_name(on.party, site, language)),
        "published_at": on.published_at,
        "helped": len(on.helped),
        "reason": found.words.get(on.reason.id) if on.reason else None,
    }
