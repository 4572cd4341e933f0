"""The words of an order's life; the codes of `domain.md`, one word a thing."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """工单的状态."""

    REPORTED = "reported"
    TRIAGE = "triage"
    OPEN = "open"
    AWAITING_REVIEW = "awaiting_review"
    CLOSED = "closed"
    UNROUTED = "unrouted"
    CANCELLED = "cancelled"
    FALSE_ALARM = "false_alarm"
    MERGED = "merged"
    REOPENED = "reopened"


class AssignmentState(StrEnum):
    """承办单的状态."""

    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    VERIFIED = "verified"
    RETURN_REQUESTED = "return_requested"
    HELD = "held"
    WAITING = "waiting"
    REJECTED = "rejected"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Duty(StrEnum):
    """主办, 协办, 征询, 抄送."""

    LEAD = "lead"
    SUPPORT = "support"
    CONSULT = "consult"
    INFORM = "inform"


class DeadlineKind(StrEnum):
    """时限. The last three are alarms: they have no ladder, their passing has an effect of its own."""

    TRIAGE = "triage"
    CONTACT = "contact"
    PLAN = "plan"
    ACKNOWLEDGE = "acknowledge"
    ON_SITE = "on_site"
    MAKE_SAFE = "make_safe"
    FIX = "fix"
    REVIEW = "review"
    REDO = "redo"
    DECIDE = "decide"
    CALLBACK = "callback"
    CONFIRM = "confirm"
    HOLD_END = "hold_end"
    OBJECTION = "objection"


class Severity(StrEnum):
    """一般, 危险 (injury, fire, electric, running water)."""

    ORDINARY = "ordinary"
    DANGER = "danger"


class Origin(StrEnum):
    """Where the trouble comes from."""

    UNKNOWN = "unknown"
    PRE_EXISTING = "pre_existing"
    CONSTRUCTION = "construction"
    WARRANTY = "warranty"
    MISUSE = "misuse"


class RequestKind(StrEnum):
    """退单, 暂缓, 延期, 等待他方."""

    RETURN = "return"
    HOLD = "hold"
    EXTEND = "extend"
    WAIT = "wait"


class MeetingReason(StrEnum):
    """Why a coordination meeting 协调会 is called: the parties cannot settle it alone."""

    OWNER = "unclear_owner"
    PAYER = "unclear_payer"
    RETURNS = "two_returns"
    OTHER = "other"


class Does(StrEnum):
    """What a party does by the minutes 协调纪要."""

    LEAD = "lead"
    SUPPORT = "support"
    MAKE_SAFE = "make_safe"
    WITHDRAW = "withdraw"


class PhotoPurpose(StrEnum):
    """What a photo shows."""

    BEFORE = "before"
    AFTER = "after"
    ORIGIN = "origin"
    OTHER = "other"


class ReporterKind(StrEnum):
    """Who reported: nobody known, a resident who left a contact, a volunteer, a member of a party."""

    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    MEMBER = "member"


ACTING = frozenset({Duty.LEAD, Duty.SUPPORT})
"""The duties that oblige to act; an order ends only with theirs."""

WORKING = frozenset({AssignmentState.ACKNOWLEDGED, AssignmentState.IN_PROGRESS})
STOPPED = frozenset({AssignmentState.HELD, AssignmentState.WAITING})
"""While an assignment is in one of these its clocks stand still."""

OVER = frozenset({AssignmentState.VERIFIED, AssignmentState.RELEASED, AssignmentState.WITHDRAWN})
"""An assignment in one of these asks nothing of its party any more."""

ENDED = frozenset(
    {OrderStatus.CLOSED, OrderStatus.CANCELLED, OrderStatus.FALSE_ALARM, OrderStatus.MERGED},
)
