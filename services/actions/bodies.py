"""What is sent with each action. Unknown fields are refused: a typing error never passes in silence."""

import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from models.domain.words import DeadlineKind, Origin, PhotoPurpose, Severity
from services.store.private import LONGEST_TEXT, cleaned

_INVISIBLE = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc", "Mn", "Me"})
"""Marks of direction, joiners, spaces, accents without a letter: alone they say nothing."""


def _not_blank(text: str) -> str:
    """What is left of a text without control characters has to say something."""
    if all(unicodedata.category(c) in _INVISIBLE for c in cleaned(text)):
        raise PydanticCustomError("unreadable", "say something that can be read")
    return text


Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_not_blank)]
Title = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_not_blank)]
# Words that stand in events themselves: PostgreSQL's jsonb takes no NUL, nobody reads a control character.
_NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]+$"
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
SITE_CODE = "^[A-Z][A-Z0-9]{0,15}$"
ORDER_CODE = "^[A-Z][A-Z0-9]{0,15}-[1-9][0-9]{0,17}$"
"""Without leading zeros: an order has one code, not many."""
OrderCode = Annotated[str, Field(pattern=ORDER_CODE, examples=["AIBO5-17"])]
_FIRST_YEAR, _LAST_YEAR = 1990, 2090


def _within_calendars(at: datetime) -> datetime:
    """Business time reaches from 1990 to 2099; a typing error must not become a date beyond it."""
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise PydanticCustomError(
            "beyond_calendars",
            "give a date from {first} to {last}",
            {"first": _FIRST_YEAR, "last": _LAST_YEAR},
        )
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_within_calendars)]


class Body(BaseModel):
    """Base of all bodies."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReporterBody(Body):
    """Who reported, if that person wants to be called back; kept apart from the order and never sent on."""

    name: Annotated[str, Field(max_length=80)] | None = None
    phone: Annotated[str, Field(max_length=32, pattern=r"^[0-9+() -]+$")] | None = None


class PointBody(Body):
    """A place on the floor plan: ten-thousandths of its width from the left, of its height from the top."""

    x: Annotated[int, Field(ge=0, le=10_000)]
    y: Annotated[int, Field(ge=0, le=10_000)]


class ReportBody(Body):
    """An issue as it is reported; without a category the committee triages."""

    space: Code = Field(examples=["table-tennis"])
    description: Text = Field(examples=["乒乓房漏水，靠窗地上有水"])
    category: Code | None = Field(None, examples=["leak"])
    title: Title | None = Field(None, examples=["乒乓房漏水"])
    severity: Severity = Severity.ORDINARY
    origin: Origin = Origin.UNKNOWN
    point: PointBody | None = None
    reporter: ReporterBody | None = None
    private: bool = Field(default=False, description="A question: its answer is never published.")


class ReportAtSite(ReportBody):
    """A report with the site it is for."""

    site: Annotated[str, Field(pattern=SITE_CODE, examples=["AIBO5"])]


class Nothing(Body):
    """Nothing needs to be said."""


class NoteBody(Body):
    """A remark, if any."""

    note: Text | None = None


class RemarkBody(Body):
    """A remark."""

    note: Text


Person = Annotated[
    str, Field(pattern=r"^[a-z0-9_-]{1,64}:[a-z0-9_-]{1,64}$", examples=["property:tang-ayong"])
]


def _listed(value: object) -> object:
    """A form and a command line have one text: people with spaces between."""
    return value.split() if isinstance(value, str) else value


class CommentBody(RemarkBody):
    """A remark, and who is told of it (@): members of the parties, as party:member."""

    mentions: Annotated[list[Person], BeforeValidator(_listed)] = Field([], max_length=10)


class AppointBody(NoteBody):
    """预约: when somebody comes, as agreed with the reporter."""

    at: Instant


class TransferBody(Body):
    """Who of the party handles it: a member by code."""

    member: Code


class CraftsmanBody(Body):
    """维修师傅: who does the work on site. Kept apart from the order, and never sent on."""

    name: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_not_blank)]
    phone: Annotated[str, Field(max_length=32, pattern=r"^[0-9+() -]+$")] | None = None


class OwnNumberBody(Body):
    """The number in the party's own system."""

    system: Annotated[str, Field(min_length=1, max_length=40, pattern=_NO_CONTROLS)]
    number: Annotated[str, Field(min_length=1, max_length=64, pattern=_NO_CONTROLS)]


class ReasonBody(Body):
    """Why."""

    reason: Text


class PublishBody(Body):
    """What the public board calls the order; without a title it has no words there."""

    title: Title | None = None


class OptionalReasonBody(Body):
    """Why, if it is worth saying."""

    reason: Text | None = None


class TriageBody(NoteBody):
    """What the trouble is; what is left out stays as reported."""

    category: Code | None = None
    origin: Origin | None = None
    severity: Severity | None = None


class ReclassifyBody(ReasonBody):
    """What the trouble really is, and how that was found."""

    category: Code | None = None
    origin: Origin | None = None
    severity: Severity | None = None


class SplitBody(ReasonBody):
    """The part that becomes an order of its own."""

    report: ReportBody


class MergeBody(ReasonBody):
    """The order in which this one lives on."""

    into: OrderCode


class CallbackBody(NoteBody):
    """What the reporter says."""

    resolved: bool
    satisfied: bool | None = None


class OutsideNumberBody(Body):
    """The number in another system, and the due date there."""

    system: Annotated[str, Field(min_length=1, max_length=40, pattern=_NO_CONTROLS, examples=["12345"])]
    number: Annotated[str, Field(min_length=1, max_length=64, pattern=_NO_CONTROLS)]
    due_at: Instant | None = None


class PlanBody(Body):
    """整改方案: what will be done, and by when."""

    plan: Text
    fix_by: Instant


class ReturnBody(ReasonBody):
    """退单: who is responsible instead, and why."""

    nominee: Code


class HoldBody(NoteBody):
    """暂缓: a reason from the playbook's list, and until when."""

    reason: Code = Field(examples=["material"])
    until: Instant


class ExtendBody(ReasonBody):
    """延期: the date asked for."""

    until: Instant


class WaitBody(ReasonBody):
    """等待他方: who has to do what (the reason) by when."""

    nominee: Code = Field(description="The party that is waited for.")
    until: Instant


class DecideBody(OptionalReasonBody):
    """批复. `designate` names the responsible party where a return is upheld for another than the nominee."""

    granted: bool
    designate: Code | None = None


class ReassignBody(ReasonBody):
    """Who takes over."""

    to: Code


class WithdrawBody(ReasonBody):
    """撤回; a lead needs somebody to hand over to."""

    nominee: Code | None = None


class SetLimitBody(Body):
    """A limit by hand, with the reason; an import needs none."""

    kind: DeadlineKind = Field(examples=["fix"])
    due_at: Instant
    reason: Text | None = None


class PhotoBody(Body):
    """What a photo shows, and for which party it is attached (the caller's own unless named)."""

    purpose: PhotoPurpose = PhotoPurpose.OTHER
