"""The forms on an order's page: one for each action that the visitor may take now, the likeliest first."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from models.domain.orders.state import Assignment
from models.domain.words import DeadlineKind, OrderStatus, PhotoPurpose, Severity
from services.views.catalogues import words_in
from services.views.found import Found
from services.views.models import AssignmentView, OrderView, RequestView
from services.web.dispatching.fields import About, Field, People, fields_of, needs_photo
from services.web.dispatching.words import ACTIONS


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


SHOWN: Mapping[str, PhotoPurpose] = {
    "done": PhotoPurpose.AFTER,
    "triage": PhotoPurpose.ORIGIN,
    "arrive": PhotoPurpose.BEFORE,
    "make-safe": PhotoPurpose.OTHER,
    "note": PhotoPurpose.OTHER,
    "photo": PhotoPurpose.OTHER,
}
"""The actions that take photos, and what these show."""
LIKELIEST = (
    "decide",
    "acknowledge",
    "arrive",
    "make-safe",
    "start",
    "done",
    "verify",
    "agree-plan",
    "triage",
    "callback",
)
"""What is waited for, most urgent first; `callback` only once nothing else is."""
NEAR = (
    "contact",
    "accept-time",
    "verify",
    "reject",
    "done",
    "return",
    "wait",
    "appoint",
    "craftsman",
    "note",
    "callback",
)
"""What is often needed beside it, one tap away."""


@dataclass(frozen=True, slots=True)
class OneForm:
    """The form of an action."""

    action: str
    party: str | None
    name: str
    hint: str
    at: str
    fields: tuple[Field, ...]
    takes_photos: bool
    needs_photo: bool
    about: str
    """What is to be decided or accepted, as it was asked."""
    danger: bool
    """Whether it ends something, so that it does not look like the others."""

    @property
    def id(self) -> str:
        """Of the form within its page."""
        return f"{self.action}-{self.party}" if self.party else self.action

    @property
    def is_one_tap(self) -> bool:
        """Whether there is nothing to fill in."""
        return not self.fields and not self.takes_photos

    @property
    def has_buttons(self) -> bool:
        """Whether a choice sends it."""
        return any(one.kind == "buttons" for one in self.fields)


@dataclass(frozen=True, slots=True)
class Forms:
    """All of a page. `key`: what is sent twice from one page happens once. `seen`: events it shows."""

    first: OneForm | None
    near: list[OneForm]
    groups: list[tuple[str, list[OneForm]]]
    """The others, by whose assignment they are on."""
    seen: int
    call: list[str]
    """For what the reporter is to be called now: each shows the number in one tap, with this as reason."""
    key: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def hidden(self) -> list[str]:
        """The ids of the forms that are two taps away."""
        return [one.id for _, many in self.groups for one in many]

    @property
    def ids(self) -> list[str]:
        """The ids of all forms of the page."""
        return [*(one.id for one in (self.first, *self.near) if one), *self.hidden]

    @property
    def more(self) -> bool:
        """Whether there are others."""
        return bool(self.groups)


def forms_of(found: Found, order: OrderView, own: str | None, people: People) -> Forms:
    """The forms for a member of party `own`, by what the view says is allowed."""
    about = {("decide", one.party.code): _asked(one) for one in getattr(order, "requests", ())}
    about |= {
        ("accept-time", one.party.code): _claimed(found, one) for one in getattr(order, "assignments", ())
    }
    every = [
        _form(About(found, one.action, one.party, people), about.get((one.action, one.party or ""), ""))
        for one in order.allowed
    ]
    ranked = sorted(every, key=lambda one: _rank(found, one, own))
    first = ranked[0] if ranked and _rank(found, ranked[0], own) < len(LIKELIEST) else None
    rest = [one for one in every if one is not first]
    near = [one for action in NEAR for one in rest if one.action == action and _is_near(found, one, own)]
    left = [one for one in rest if one not in near]
    groups = list(_groups(found, left, own))
    return Forms(first, near, groups, getattr(order, "events", 0), _calls(found, every, own))


def _calls(found: Found, every: list[OneForm], own: str | None) -> list[str]:
    may = {(one.action, one.party) for one in every}
    if ("reveal", None) not in may:
        return []
    say = words_in(found.language).gettext
    calls = [say(_("先行联系"))] if ("contact", own) in may and _owes_contact(found, own) else []
    if ("callback", None) in may and found.order.status is OrderStatus.CLOSED:
        calls.append(say(_("回访")))
    return calls


def _owes_contact(found: Found, own: str | None) -> bool:
    return bool(found.order.open_deadlines(party=own, kinds=frozenset({DeadlineKind.CONTACT})))


def _rank(found: Found, one: OneForm, own: str | None) -> int:
    """How likely it is what the visitor comes for; what is no next step at all ranks last."""
    at_work = found.order.assignments.get(one.party or "")
    mine = one.party == own
    if one.action not in LIKELIEST or (mine and at_work is not None and _is_over(found, one.action, at_work)):
        return len(LIKELIEST)
    return LIKELIEST.index(one.action)


def _is_over(found: Found, action: str, own: Assignment) -> bool:
    """Steps that danger alone asks for, or that were taken already."""
    danger = found.order.severity is Severity.DANGER
    over = {
        "arrive": not danger or own.arrived_at is not None,
        "make-safe": not danger or own.made_safe_at is not None,
        "start": own.started_at is not None,
    }
    return over.get(action, False)


def _is_near(found: Found, one: OneForm, own: str | None) -> bool:
    """One's own part, what others wait for from us, and a word to all."""
    if one.action == "contact" and not _owes_contact(found, own):
        return False
    others = one.action in {"accept-time", "verify", "reject", "callback"} or (
        one.action == "note" and one.party is None
    )
    return others or (one.party == own and one.action != "note")


def _groups(found: Found, left: list[OneForm], own: str | None) -> Iterator[tuple[str, list[OneForm]]]:
    _ = words_in(found.language).gettext
    parties = dict.fromkeys([own, *(one.party for one in left), None])
    for party in [*(one for one in parties if one is not None), None]:
        name = _("整张工单") if party is None else found.party(party).name
        mine = [one for one in left if one.party == party and not (party and one.action == "note")]
        if mine:
            yield name, mine


def _asked(request: RequestView) -> str:
    """Who asks for what, of whom, and why."""
    nominee = f" → {request.nominee.name}" if request.nominee else ""
    # An observer's view is without what was written.
    text = getattr(request, "text", None)
    return f"{request.party.name} · {request.name}{nominee}" + (f"\n{text}" if text else "")


def _claimed(found: Found, one: AssignmentView) -> str:
    """What came in late, when it was done by the word of who did it, and when it came in."""
    _ = words_in(found.language).gettext
    words = _("{what}：现场说是 {claimed}，系统收到是 {received}")
    return "\n".join(
        words.format(what=each.name, claimed=each.claimed_text, received=each.received_text)
        for each in one.claims
    )


def _form(about: About, asked: str) -> OneForm:
    name, hint = ACTIONS[about.action]
    say = words_in(about.found.language).gettext
    of = f"of/{about.party}" if about.party else "act"
    return OneForm(
        action=about.action,
        party=about.party,
        name=say(name),
        hint=say(hint) if hint else "",
        at=f"/o/{about.found.code}/{of}/{about.action}",
        fields=fields_of(about),
        takes_photos=about.action in SHOWN,
        needs_photo=needs_photo(about),
        about=asked,
        danger=about.action in {"cancel", "false-alarm", "withdraw", "merge"},
    )
