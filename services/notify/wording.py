"""What a notice says, in the recipient's language: code, room, category, what is expected and by when.

Nothing else gets in: no free text, no name or number of a resident. The sentences lie in `texts/`, by reason.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from models.domain.words import DeadlineKind as K

LANGUAGES = ("zh", "en")
OTHER = "other"
"""The wording of a reason or a rung that is not known here."""

_WORK = (K.ACKNOWLEDGE, K.ON_SITE, K.FIX)
_TO_FIX = (K.FIX, K.REDO)
EXPECTED: Mapping[str, tuple[K, ...]] = {
    "triage": (K.TRIAGE,),
    "dispatched": _WORK,
    "review": (K.REVIEW,),
    "rejected": (K.REDO,),
    "decide": (K.DECIDE,),
    "granted.hold": (K.HOLD_END,),
    "granted.extend": _TO_FIX,
    "dismissed": _TO_FIX,
    "resumed": _TO_FIX,
    "supervised": _TO_FIX,
    "waited_for": _TO_FIX,
    "closed": (K.CALLBACK,),
}
"""By a reason or its first word: which of the recipient's own limits stand behind the sentence."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """The name in a language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Limit:
    """An open deadline that runs."""

    kind: str
    party: str
    due_at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Fired:
    """A step of a ladder that was reached: whose limit it concerns, and the instant at which it was told."""

    rung: str
    kind: str
    party: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for its decision."""

    kind: str
    party: str
    decider: str
    nominee: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of an order and its site when a message is written."""

    code: str
    zone: ZoneInfo
    now: datetime
    space: Name
    category: Name | None
    danger: bool
    limits: tuple[Limit, ...]
    requests: tuple[Asked, ...]
    fired: tuple[Fired, ...]
    parties: Mapping[str, Name]
    marks: Mapping[str, str]
    """The marks of the playbook's rungs, by code."""
    page: str = "o"
    """Where it is looked at: an order's page, or a walk's."""


@dataclass(frozen=True, slots=True)
class To:
    """For whom a notice is worded, and of which instant it tells."""

    party: str
    language: str
    at: datetime
    link: str | None = None
    """By which the recipient acts without signing in; None: there is nothing to do, only to look."""
    stands_in: bool = False
    """Somebody else was to hear it and could not be reached."""


@dataclass(frozen=True, slots=True)
class Text:
    """A worded notice."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Brief:
    """A notice as the parameters of a template that an SMS provider approved."""

    code: str
    room: str
    what: str
    """The first reason as a few words."""
    due: str
    """The recipient's next own limit in that matter, as local time."""


@cache
def texts(language: str) -> Mapping[str, Any]:
    """The sentences of a language; 中文 for one that there is not."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    return tomllib.loads((files(__package__) / "texts" / f"{known}.toml").read_text(encoding="utf-8"))


def word(facts: Facts, why: Sequence[str], to: To, public_url: str) -> Text:
    """The notice for a person: one line a reason, the first reason in the title, the link at the end."""
    words = texts(to.language)["words"]
    said = [_say(facts, reason, to) for reason in why or (OTHER,)]
    space = facts.space.of(to.language)
    category = facts.category.of(to.language) if facts.category else words["no_category"]
    title = words["title"].format(
        danger=words["danger"] if facts.danger else "", code=facts.code, space=space, head=said[0][0]
    )
    more = words["more"].format(n=len(said) - 1) if len(said) > 1 else ""
    place = words["place"].format(space=space, category=category)
    lines = dict.fromkeys(line for _, line in said)
    if to.stands_in:
        lines[words["stands_in"]] = None
    return Text(title + more, "\n".join((place, *lines, to.link or link(public_url, facts))))


def brief(facts: Facts, why: Sequence[str], to: To) -> Brief:
    """The first reason of a notice with its earliest date."""
    first = why[0] if why else OTHER
    kinds: Sequence[str] = EXPECTED.get(first, EXPECTED.get(first.split(".", 1)[0], ()))
    if first.startswith(("step.", "limit.")):
        kinds = (_split(first)[1],)
    due = min((one.due_at for one in _own(facts, to, kinds)), default=None)
    return Brief(
        code=facts.code,
        room=facts.space.of(to.language),
        what=_say(facts, first, to)[0],
        due=local_time(due, facts.zone, to.language) if due else texts(to.language)["words"]["no_date"],
    )


def link(public_url: str, facts: Facts) -> str:
    """Where the order, or the walk, is looked at."""
    return f"{public_url.rstrip('/')}/{facts.page}/{facts.code}"


def reason_in_words(why: str, language: str, marks: Mapping[str, str]) -> str:
    """A reason as a few words, for lists."""
    known = texts(language)
    if why.startswith("step."):
        rung, kind = _split(why)
        return _step(known, rung, marks)["head"].format(kind=_kind(known, kind))
    if why.startswith("limit."):
        cause, kind = _split(why)
        return _limit(known, cause)["head"].format(kind=_kind(known, kind))
    reason: Mapping[str, str] = known["reasons"].get(why, known["reasons"][OTHER])
    return reason["head"]


def _say(facts: Facts, why: str, to: To) -> tuple[str, str]:
    """The headline and the line of a reason."""
    if why.startswith("step."):
        return _say_step(facts, why, to)
    if why.startswith("limit."):
        return _say_limit(facts, why, to)
    known = texts(to.language)["reasons"]
    found = known.get(why, known[OTHER])
    line: str = found["line"]
    if "{who}" in line:
        line = line.format(who=_who(_askers(facts, why, to.party), facts, to.language))
    kinds = EXPECTED.get(why, EXPECTED.get(why.split(".", 1)[0], ()))
    return found["head"], line + _when(_own(facts, to, kinds), facts, to.language)


def _own(facts: Facts, to: To, kinds: Sequence[str]) -> list[Limit]:
    """The recipient's own limits of these kinds, in their order."""
    return [one for kind in kinds for one in facts.limits if one.party == to.party and one.kind == kind]


def _say_limit(facts: Facts, why: str, to: To) -> tuple[str, str]:
    """Somebody set another date over the party's head."""
    cause, kind = _split(why)
    known = texts(to.language)
    found, name = _limit(known, cause), _kind(known, kind)
    when = _when(_own(facts, to, (kind,)), facts, to.language)
    return found["head"].format(kind=name), found["line"].format(kind=name) + when


def _say_step(facts: Facts, why: str, to: To) -> tuple[str, str]:
    """A rung says whose limit it is: to the late party itself, or to those above it."""
    rung, kind = _split(why)
    known = texts(to.language)
    found, name = _step(known, rung, facts.marks), _kind(known, kind)
    late = {one.party: None for one in facts.fired if (one.rung, one.kind, one.at) == (rung, kind, to.at)}
    if to.party in late:
        late = {to.party: None}
    line = found["own" if to.party in late else "above"]
    running = [one for one in facts.limits if one.kind == kind and one.party in late]
    text = line.format(kind=name, who=_who(late, facts, to.language))
    return found["head"].format(kind=name), text + _when(running, facts, to.language)


def _split(why: str) -> tuple[str, str]:
    """The rung or cause, and the kind of deadline, of ``step.RUNG.KIND`` and ``limit.CAUSE.KIND``."""
    middle, _, kind = why.partition(".")[2].rpartition(".")
    return middle, kind


def _limit(known: Mapping[str, Any], cause: str) -> Mapping[str, str]:
    limits: Mapping[str, Mapping[str, str]] = known["limits"]
    return limits.get(cause, limits[OTHER])


def _step(known: Mapping[str, Any], rung: str, marks: Mapping[str, str]) -> Mapping[str, str]:
    """The wording of a rung by what it marks; its own code serves where the playbook is not at hand."""
    steps: Mapping[str, Mapping[str, str]] = known["steps"]
    return steps.get(marks.get(rung, rung), steps[OTHER])


def _kind(known: Mapping[str, Any], kind: str) -> str:
    name: str = known["kinds"].get(kind, kind)
    return name


def _askers(facts: Facts, why: str, party: str) -> Iterable[str]:
    role, kind = why.split(".", 1)
    return [
        one.party
        for one in facts.requests
        if one.kind == kind and party == (one.decider if role == "decide" else one.nominee)
    ]


def _who(parties: Iterable[str], facts: Facts, language: str) -> str:
    words = texts(language)["words"]
    names = [facts.parties[one].of(language) for one in parties if one in facts.parties]
    found: str = words["list"].join(names) or words["somebody"]
    return found


def _when(limits: Sequence[Limit], facts: Facts, language: str) -> str:
    """The limits with their dates, as a sentence; nothing where none runs."""
    if not limits:
        return ""
    known = texts(language)
    words = known["words"]
    parts = [_dated(one, facts, language) for one in limits]
    first, *rest = dict.fromkeys(parts)
    # A sentence of its own begins with a capital where the language has them.
    said: str = words["between"].join([first[:1].upper() + first[1:], *rest])
    return f"{' ' if language == 'en' else ''}{said}{words['stop']}"


def _dated(one: Limit, facts: Facts, language: str) -> str:
    known = texts(language)
    words = known["words"]
    if one.kind == K.HOLD_END:
        pattern = words["from"]
    else:
        pattern = words["due"] if one.due_at >= facts.now else words["past"]
    same_year = one.due_at.astimezone(facts.zone).year == facts.now.astimezone(facts.zone).year
    at = local_time(one.due_at, facts.zone, language, with_year=not same_year)
    text: str = pattern.format(name=_kind(known, one.kind), at=at)
    return text + (words["provisional"] if one.provisional else "")


@lru_cache(maxsize=4096)
def local_time(at: datetime, zone: ZoneInfo, language: str, *, with_year: bool = False) -> str:
    """An instant on the site's wall clock with its weekday: ``11月23日 周一 17:30``."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    pattern = texts(known)["words"]["other_year" if with_year else "this_year"]
    text: str = format_datetime(at, pattern, tzinfo=zone, locale=known)
    return text
