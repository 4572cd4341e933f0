"""The fields of an action's form, drawn from the body that the action takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from models.domain.business_time.arithmetic import after, due
from models.domain.business_time.limits import Clock, Limit
from models.domain.orders import rules
from models.domain.words import DeadlineKind, Duty, Origin, PhotoPurpose, RequestKind, Severity
from services.actions import bodies as b
from services.actions.table import body_type
from services.store.private import LONGEST_TEXT
from services.views import labels
from services.views.catalogues import words_in
from services.views.found import Found
from services.views.language import Words, name_of, time_text
from services.web.dispatching.words import FIELDS, LISTS, USUAL

Choice = tuple[str, str]
"""What is sent, and what is read."""
SHORT_LINE = 80
AT_WORK = frozenset({DeadlineKind.FIX, DeadlineKind.REDO})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind`: words, line, date, choice, many, or buttons, of which one sends the form.

    Words and dates may have `choices`, too: what is typed beside them (as ``name.own``) counts instead.
    """

    name: str
    kind: str
    label: str
    required: bool
    choices: tuple[Choice, ...] = ()
    chosen: str = ""
    longest: int = LONGEST_TEXT


People = Mapping[str, Sequence[tuple[str, str]]]
"""The members of each party, by code and name."""


@dataclass(frozen=True, slots=True)
class About:
    """What a form is about: an action, on a party's assignment or on the order."""

    found: Found
    action: str
    party: str | None
    people: People = field(default_factory=dict)

    @property
    def own_calendar(self) -> str:
        """Whose working days the dates are offered by."""
        parties = self.found.context.site.parties
        return self.party if self.party is not None and self.party in parties else next(iter(parties))


def fields_of(about: About) -> tuple[Field, ...]:
    """The fields that an action's form has, in the order of its body."""
    if about.action == "photo":
        return (_field(about, "purpose", required=True),)
    if about.action == "reveal":
        return (_field(about, "reason", required=True),)
    body = body_type(about.action, about.party)
    found = [] if body is None else [_field(about, *one) for one in _names(body)]
    return tuple(sorted((one for one in found if _fits(about, one)), key=lambda one: one.kind == BUTTONS))


def _names(body: type[BaseModel], within: str = "") -> Iterator[tuple[str, bool]]:
    """The fields of a body by name, those of a report within it as ``report.space``.

    A part that is split off has no reporter of its own; where on the plan it lies stays to be said.
    """
    for name, info in body.model_fields.items():
        if name == "report":
            yield from _names(b.ReportBody, "report.")
        elif within + name in FIELDS:
            yield within + name, info.is_required()


def _fits(about: About, one: Field) -> bool:
    """Another party is designated only where a return is upheld."""
    if one.name in {"mentions", "member"}:
        return bool(one.choices)
    if one.name != "designate":
        return True
    order = about.found.order
    return about.party is not None and order.request_of(about.party, RequestKind.RETURN) is not None


BUTTONS = "buttons"
_SENDING = frozenset(
    {("callback", "resolved"), ("decide", "granted"), ("return", "nominee"), ("wait", "nominee")}
)
"""Choices that are buttons: choosing is sending."""


def _field(about: About, name: str, required: bool) -> Field:  # noqa: FBT001 - as the body has it
    say = words_in(about.found.language).gettext
    label, last = say(FIELDS[name]), name.rpartition(".")[2]
    if last == "reason" and about.action == "hold":
        return Field(name, "choice", label, required, tuple(_hold_reasons(about)))
    if last in _DATES:
        times = tuple(_times(about))
        return Field(name, "date", label, required, times, times[0][0] if required and times else "")
    if last in _CHOICES:
        kind = BUTTONS if (about.action, name) in _SENDING else "choice"
        choices = tuple(_CHOICES[last](about))
        return Field(name, kind, label, required, choices, _before(about, name))
    if last == "mentions":
        return Field(name, "many", label, required, tuple(_mentionable(about)))
    if last in _LINES:
        return Field(name, "line", label, required, longest=_LINES[last])
    usual = [(one, one) for one in map(say, USUAL.get(about.action, ()) if last == "reason" else ())]
    return Field(name, "words", label, required, tuple(usual), usual[0][0] if usual else "")


_DATES = frozenset({"until", "fix_by", "due_at", "at"})
_LINES: Mapping[str, int] = {"into": 40, "system": 40, "number": 64, "title": 120, "name": 40, "phone": 32}


def _before(about: About, name: str) -> str:
    """What is chosen before anybody chooses."""
    if name == "purpose":
        return PhotoPurpose.OTHER
    return about.found.order.space if name == "report.space" else ""


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────


def _hold_reasons(about: About) -> Iterator[Choice]:
    rule, language = about.found.context.playbook.hold, about.found.language
    for code, names in (rule.reasons if rule else {}).items():
        yield code, names.get(language) or names.get("zh") or code


def _parties(about: About) -> list[Choice]:
    """The other parties, those that act on the order first."""
    acting = {one.party for one in about.found.order.acting()}
    codes = [one for one in about.found.context.site.parties if one != about.party]
    return [(code, about.found.party(code).name) for code in sorted(codes, key=lambda one: one not in acting)]


def _mentionable(about: About) -> Iterator[Choice]:
    """The members of the parties that act on the order."""
    for one in about.found.order.acting():
        party = about.found.party(one.party).name
        for code, name in about.people.get(one.party, ()):
            yield f"{one.party}:{code}", f"@{name}（{party}）"


def _colleagues(about: About) -> Iterator[Choice]:
    own = about.found.order.assignments.get(about.party or "")
    for code, name in about.people.get(about.party or "", ()):
        if own is None or code != own.handler:
            yield code, name


def _takers(about: About) -> list[Choice]:
    """The parties that have no duty on the order yet."""
    busy = {one.party for one in about.found.order.acting() if one.duty is Duty.LEAD}
    return [one for one in _parties(about) if one[0] not in busy]


def _categories(about: About) -> Iterator[Choice]:
    for one in about.found.context.playbook.categories.values():
        yield one.code, (about.found.language == "en" and one.name_en) or one.name


def _spaces(about: About) -> Iterator[Choice]:
    for code, one in about.found.context.site.spaces.items():
        yield code, name_of(one, about.found.language)


def _labelled(codes: Iterable[str], words: Mapping[str, Words]) -> Callable[[About], Iterable[Choice]]:
    return lambda about: [(str(code), labels.label(words, code, about.found.language)) for code in codes]


def _answers(about: About, yes: str, no: str) -> list[Choice]:
    say = words_in(about.found.language).gettext
    return [("true", say(LISTS[yes])), ("false", say(LISTS[no]))]


def _yes_no(about: About) -> list[Choice]:
    return _answers(about, "yes", "no")


_CHOICES: Mapping[str, Callable[[About], Iterable[Choice]]] = {
    "nominee": _parties,
    "to": _takers,
    "member": _colleagues,
    "designate": _parties,
    "category": _categories,
    "space": _spaces,
    "origin": _labelled(Origin, labels.ORIGIN),
    "severity": _labelled(Severity, labels.SEVERITY),
    "purpose": _labelled(PhotoPurpose, labels.PURPOSE),
    "kind": _labelled(
        (DeadlineKind.ACKNOWLEDGE, DeadlineKind.ON_SITE, DeadlineKind.MAKE_SAFE, *sorted(AT_WORK)),
        labels.DEADLINE,
    ),
    "granted": lambda about: _answers(about, "grant", "dismiss"),
    "resolved": _yes_no,
    "satisfied": _yes_no,
}


# ── dates ───────────────────────────────────────────────────────────────────────────────────────────────────


def _times(about: About) -> list[Choice]:
    """Instants to choose from, in the site's time: what people mean by tomorrow, or by a week."""
    found = about.found
    make = {"extend": _extensions, "appoint": _visits}.get(about.action, _closings)
    return [
        (at.astimezone(ZoneInfo(found.zone)).strftime("%Y-%m-%dT%H:%M"), _called(at, found))
        for at in dict.fromkeys(make(about))
    ]


def _called(at: datetime, found: Found) -> str:
    """``明天 11月24日 周二 17:30``: near days by the words that people use, too."""
    zone = ZoneInfo(found.zone)
    days = (at.astimezone(zone).date() - found.now.astimezone(zone).date()).days
    say = words_in(found.language).gettext
    near = {0: say("今天"), 1: say("明天")}.get(days, "")
    return f"{near} {time_text(at, found.zone, found.language)}".strip()


def _closings(about: About) -> Iterator[datetime]:
    """The ends of working days of the party's calendar; of a hold the longest that there is as well."""
    calendar = about.found.context.site.calendar_of(about.own_calendar)
    rule = about.found.context.playbook.hold
    longest = rule.at_most.days if rule and about.action == "hold" else 0
    for days in dict.fromkeys((1, 2, 3, 5, *([longest] if longest else ()))):
        yield due(calendar, about.found.now, Limit(0, days, Clock.WORKING_DAYS)).due_at


def _visits(about: About) -> Iterator[datetime]:
    """Mornings and afternoons of the next days."""
    now = about.found.now.astimezone(ZoneInfo(about.found.zone))
    for days, hour in product(range(3), (10, 15)):
        at = now.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
        if at > now:
            yield at


def _extensions(about: About) -> Iterator[datetime]:
    """Half of what the playbook lets be asked for, and all of it."""
    order, context = about.found.order, about.found.context
    for one in order.open_deadlines(party=about.party, kinds=AT_WORK)[:1]:
        calendar, most = context.site.calendars[one.calendar], context.playbook.extension_percent
        for part in (50, 100):
            more = timedelta(microseconds=one.total * most * part // 10_000)
            yield after(calendar, Clock(one.clock), one.due_at, more).due_at


def in_zone(typed: str, zone: str) -> str:
    """A date and time as a form sends it (``2026-11-24T17:30``), as an instant; else as it was typed."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).isoformat()


def is_date(name: str) -> bool:
    """Whether a field holds an instant."""
    return name.rpartition(".")[2] in _DATES


def needs_photo(about: About) -> bool:
    """Whether the playbook asks for a photo with it."""
    order, context = about.found.order, about.found.context
    own = order.assignments.get(about.party or "")
    return about.action == "photo" or (
        about.action == "done" and own is not None and rules.lacks_after_photo(order, own, context)
    )
