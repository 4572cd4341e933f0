"""`lianban act`: words on a command line become a wish, and its answer a sentence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import AwareDatetime, BaseModel, ValidationError
from rich.console import Console

from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.policy import By
from models.domain.streams import Actor, Role
from services import desk, photos
from services.actions import bodies
from services.actions.table import ASSIGNMENT_ACTIONS, MERGE, ORDER_ACTIONS, SPLIT
from services.callers import Caller
from services.cli.operating import REPORTER, SiteRow, Stop, no_order, operator, order_named
from services.execute import Answer, FrozenClock, Shop, UnknownStream
from services.pictures.limits import PictureRefused
from services.settings import settings
from services.store.transactions import transaction
from services.views.allowed import possible, spelled
from services.views.found import Found, find
from services.views.language import Language

PHOTO = "photo"
_DATE = 10
"""Characters of a date without a time of day."""

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands on the command line."""

    code: str
    action: str
    words: tuple[str, ...]
    as_: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """The order that is meant, and who may be who at its site."""

    found: Found
    site: SiteRow
    parties: tuple[str, ...]


def do(console: Console, shop: Shop, asked: Asked) -> None:
    """Do it and say what became of it. Raises Stop with the refusal."""
    known = {*ORDER_ACTIONS, *ASSIGNMENT_ACTIONS, SPLIT, MERGE, PHOTO}
    if asked.action not in known:
        raise Stop(f"there is no action {asked.action}; there are {', '.join(sorted(known))}.")
    place, caller = _prepare(shop, asked)
    answer = (_photo if asked.action == PHOTO else _wish)(shop, caller, place, asked)
    if answer.refused is not None:
        raise Stop(refusal(answer.refused, asked.action))
    _tell(console, shop, place, asked, caller)


def split_words(words: Iterable[str]) -> tuple[str | None, dict[str, str]]:
    """The party, if one is named, and the fields. Raises Stop."""
    party: str | None = None
    fields: dict[str, str] = {}
    for place, word in enumerate(words):
        key, equals, value = word.partition("=")
        if not equals and place == 0:
            party = word
        elif not equals:
            raise Stop(f"{word}: details are written key=value, such as reason=material.")
        else:
            fields[key.replace("-", "_")] = value
    return party, fields


def look_up(shop: Shop, code: str, language: Language = "zh") -> tuple[Place, list[SiteRow]]:
    """The order of a code, and all sites. Raises Stop."""
    with transaction(shop.engine) as sql:
        named = order_named(sql, code)
        try:
            found = find(shop, sql, named.caller, named.key, language)
        except UnknownStream:
            raise no_order(code) from None
    return Place(found, named.site, tuple(found.context.site.parties)), named.sites


def _prepare(shop: Shop, asked: Asked) -> tuple[Place, Caller]:
    party, _ = split_words(asked.words)
    place, sites = look_up(shop, asked.code)
    if party is not None and party not in place.parties:
        raise Stop(f"there is no party {party} at {place.site.code}; there are {', '.join(place.parties)}.")
    if party is None and asked.action in ASSIGNMENT_ACTIONS and asked.action not in ORDER_ACTIONS:
        named = ", ".join(place.found.order.assignments) or "none yet"
        raise Stop(f"say whose assignment: act {asked.code} {asked.action} PARTY; on it are {named}.")
    if asked.as_ == REPORTER:
        person = place.found.order.reporter.person
        visible = {one.code: one.id for one in sites}
        return place, Caller("operator", Actor(Role.RESIDENT, None, person), visible)
    with transaction(shop.engine) as sql:
        as_ = asked.as_ or whoever_may(place, asked.action, party)
        return place, operator(sql, sites, place.site, as_)


def whoever_may(place: Place, action: str, party: str | None) -> str | None:
    """As whom to act where it was not said: the party itself, the committee, or the first who may at all."""
    found = place.found
    committee = [one.code for one in found.context.site.parties.values() if "committee" in one.capacities]
    candidates = dict.fromkeys([*([party] if party else []), *committee, *place.parties])
    for candidate in candidates:
        may = possible(found.order, Actor(Role.HANDLER, candidate, f"operator:{candidate}"), found.context)
        if (action, party) in may or (action, None) in may:
            return candidate
    return party


def _wish(shop: Shop, caller: Caller, place: Place, asked: Asked) -> Answer:
    party, fields = split_words(asked.words)
    body = body_of(asked.action, party)
    wish = desk.Wish(asked.action, parsed(body, instants(body, nested(fields), place.site)), party)
    try:
        return desk.act(shop, caller, place.found.key, wish)
    except (BadValue, UnknownStream) as refused:
        raise Stop(refusal(refused, asked.action)) from None


def body_of(action: str, party: str | None) -> type[BaseModel]:
    """The model of an action's details."""
    if action in {SPLIT, MERGE}:
        return bodies.SplitBody if action == SPLIT else bodies.MergeBody
    if action == PHOTO:
        return bodies.PhotoBody
    table = ASSIGNMENT_ACTIONS if party is not None or action not in ORDER_ACTIONS else ORDER_ACTIONS
    if action not in table:
        raise Stop(f"{action} concerns the whole order: leave {party} out.")
    return table[action].body


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """`report.space=hall` is the field `space` of the field `report`."""
    found: dict[str, Any] = {}
    for key, value in fields.items():
        *outer, name = key.split(".")
        inside = found
        for part in outer:
            inside = inside.setdefault(part, {})
        inside[name] = value
    return found


def instants(body: type[BaseModel], fields: Mapping[str, Any], site: SiteRow) -> dict[str, Any]:
    """The fields with every instant in a zone: the site's, where none is written."""
    timed = {name for name, one in body.model_fields.items() if AwareDatetime in _parts(one.annotation)}
    return {key: _local(key, value, site) if key in timed else value for key, value in fields.items()}


def _parts(annotation: object) -> Iterator[object]:
    """An annotation and all that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _local(key: str, value: str, site: SiteRow) -> datetime:
    if len(value) <= _DATE:
        raise Stop(f"{key} needs a time of day as well, such as {value}T17:30.")
    try:
        return site.local(value)
    except ValueError:
        raise Stop(f"{key}={value} is no date and time; write 2026-12-01T17:30.") from None


def parsed(body: type[B], fields: Mapping[str, Any]) -> B:
    """The fields as the model wants them. Raises Stop, naming each field that is wrong."""
    try:
        return body.model_validate(fields)
    except ValidationError as error:
        wrong = [
            f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg'].lower()}" for one in error.errors()
        ]
        raise Stop(f"{'; '.join(wrong)}. It takes {told_fields(body) or 'no details'}.") from None


def told_fields(body: type[BaseModel]) -> str:
    """The fields of a body in words, those that may be left out in brackets."""
    names = []
    for name, field in body.model_fields.items():
        models = [one for one in (field.annotation, *get_args(field.annotation)) if _is_model(one)]
        inner = [f"{name}.{one}" for one in models[0].model_fields] if models else [name]
        names += [f"{one}=…" if field.is_required() else f"[{one}=…]" for one in inner]
    return " ".join(names)


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _photo(shop: Shop, caller: Caller, place: Place, asked: Asked) -> Answer:
    named, fields = split_words(asked.words)
    file = Path(fields.pop("file", ""))
    body = parsed(bodies.PhotoBody, fields)
    try:
        with file.open("rb") as stream:
            picture = photos.picture_of(stream)
    except OSError as error:
        raise Stop(f"file={file} cannot be read ({error.strerror}); write file=PATH purpose=after.") from None
    except PictureRefused as error:
        raise Stop(f"{file}: {type(error).__doc__}") from None
    order = place.found.order
    party = named or (caller.actor.party if caller.actor.party in order.assignments else None)
    held = order.assignments.get(party or "")
    photos.keep(settings(), picture)
    attached = photos.Attached(body.purpose, party, held.round if held else order.round)
    key = place.found.key
    photo = photos.add_row(shop, key, picture, attached)
    answer = desk.attach(shop, caller, key, photo)
    if answer.refused is not None:
        photos.drop_row(shop, key, photo.id)
    return answer


def refusal(refused: Exception, action: str = "report") -> str:
    """A refusal of an action with all that is needed to go on. Raises FrozenClock as it is."""
    if isinstance(refused, FrozenClock):
        raise refused
    if isinstance(refused, NotYours):
        people = [one for one in refused.may if one not in {By.IMPORTER, By.SYSTEM}]
        return f"'{action}' is for {', '.join(people) or 'nobody'}."
    if isinstance(refused, IllegalMove):
        holders = ", ".join(refused.holders) or "nobody"
        allowed = ", ".join(spelled(refused.allowed)) or "nothing"
        return (
            f"'{action}' is not possible: {refused.why}.\n"
            f"The order is {refused.state}; the ball is with {holders}; allowed now: {allowed}."
        )
    if isinstance(refused, UnknownStream):
        return f"there is no order {refused}."
    return f"{refused}." if isinstance(refused, BadValue) else str(refused) or type(refused).__name__


def _tell(console: Console, shop: Shop, before: Place, asked: Asked, caller: Caller) -> None:
    """What became of it, by the state afterwards."""
    whom = f"{caller.actor.party}:{caller.actor.role}" if caller.actor.party else str(caller.actor.role)
    after, _ = look_up(shop, asked.code)
    new = after.found.events - before.found.events
    told = f"{new} new event{'' if new == 1 else 's'}"
    states = ", ".join(f"{one.party} {one.state}" for one in after.found.order.assignments.values())
    console.print(f"{asked.code} {asked.action}: done as {whom}, {told}.", markup=False)
    console.print(f"The order is {after.found.order.status}{f': {states}' if states else ''}.", style="dim")
