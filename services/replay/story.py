"""Telling a story: its site is added, all happens at its instant on the real path, and then life goes on.

Each step is a command of the person who took it. A step that is refused is an error: the story must be true.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from pydantic import ValidationError

from models.domain.playbook.problems import PlaybookError, Problem
from models.domain.playbook.site import parse_site
from models.domain.playbook.site_model import SiteSpec
from models.domain.streams import Actor, Role, StreamKey
from models.domain.words import PhotoPurpose, RequestKind
from services import desk
from services.actions.bodies import Body, CommentBody, MergeBody, ReportBody, SplitBody
from services.actions.table import MERGE, SPLIT
from services.callers import Caller
from services.execute import Answer, Shop, Unit
from services.matters.kit import Doer
from services.photos import Attached
from services.replay.around import AROUND
from services.replay.around.kit import Step
from services.replay.driver import Driver
from services.replay.script import ORDER, REPORT, Happening, Script, read_script
from services.replay.showing import Album
from services.replay.turning import turn
from services.replay.whole import all_or_nothing
from services.replay.wording import wish_of
from services.settings import Settings, settings
from services.store import sites
from services.store.transactions import transaction

log = structlog.get_logger("lianban.replay")

STORY = "story.toml"
PHOTO = "photo"
_PLAIN = (
    "category",
    "origin",
    "severity",
    "nominee",
    "to",
    "kind",
    "system",
    "number",
    "reason",
    "satisfied",
)
"""Words of a step that an action's body has under the same name."""


def tell_story(shop: Shop, folder: Path, *, until: datetime, told: Settings | None = None) -> int:
    """Add the site of a folder with its story told up to `until`, from when on its clock is the live one.

    All or nothing, also when the process is killed: nothing is committed before all of it was told.
    Pictures go to the data folder of `told`, the process's own settings unless given. Returns the site's id.

    Raises:
        PlaybookError: a file has an error, or a step was refused; names the line.
        SiteExists: the site's code is taken.
    """
    spec = parse_site("site.toml", (folder / "site.toml").read_text(encoding="utf-8"))
    text = (folder / STORY).read_text(encoding="utf-8")
    script = read_script(STORY, text, zone=ZoneInfo(spec.zone), until=until)
    begun = monotonic()
    with all_or_nothing(shop) as whole:
        site_id = _add(whole, folder, spec, script)
        driver = Driver(whole, site_id)
        _Teller(driver, script, spec, Album(whole, told or settings())).tell()
        turn(driver, until)
        driver.end("live")
    log.info(
        "story_told", site=spec.code, happenings=len(script.happenings), seconds=round(monotonic() - begun, 1)
    )
    return site_id


def _add(shop: Shop, folder: Path, spec: SiteSpec, script: Script) -> int:
    plan = (folder / spec.floorplan).read_text(encoding="utf-8") if spec.floorplan else None
    rules = ("playbook.toml", (folder / "playbook.toml").read_text(encoding="utf-8"))
    clock = sites.Clock("virtual", script.begins)
    with transaction(shop.engine) as sql:
        return sites.add_site(sql, spec, rules, clock=clock, floorplan=plan)


@dataclass(slots=True)
class _Told:
    """An order of the story so far: its stream, its state, and who reported it."""

    key: StreamKey
    state: Any
    person: str


@dataclass(slots=True)
class _Teller:
    """Tells one story, happening by happening."""

    driver: Driver
    script: Script
    spec: SiteSpec
    album: Album
    told: dict[str, _Told] = field(default_factory=dict)
    around: dict[str, StreamKey] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    """Residents who do something beside the orders, by what the story calls them."""

    def tell(self) -> None:
        """Tell all of it; between two happenings takes effect, and is told, what falls due there."""
        for happening in self.script.happenings:
            turn(self.driver, happening.at)
            self._happen(happening)

    def _happen(self, one: Happening) -> None:
        try:
            answer = self._acted(one)
        except (ValidationError, LookupError, ValueError) as error:
            raise self._untrue(one, error) from error
        if answer.refused is not None:
            raise self._untrue(one, answer.refused)
        for told in self.told.values():
            told.state = answer.states.get(told.key, told.state)

    def _acted(self, one: Happening) -> Answer:
        if one.kind != ORDER:
            return self._beside(one)
        return self._report(one) if one.action == REPORT else self._step(one)

    def _untrue(self, one: Happening, why: Exception) -> PlaybookError:
        """The error of a happening that cannot have been."""
        message = f"{one.key}: '{one.action}' at {one.at:%Y-%m-%d %H:%M} UTC is refused: {why}"
        return PlaybookError([Problem(self.script.name, one.line, message, "tell what can have happened")])

    def _report(self, one: Happening) -> Answer:
        person = f"r:{uuid4().hex}"
        body = self._reported(one)
        caller = self._caller(one, person)
        key, answer = desk.report(self.driver.shop, caller, self.spec.code, body, desk.Extras(now=one.at))
        self.told[one.key] = _Told(key, None, person)
        return answer

    def _reported(self, one: Happening) -> ReportBody:
        resident = one.who.role is Role.RESIDENT and not one.who.unnamed
        contact = {"reporter": {"phone": _phone(len(self.told))}} if resident else {}
        return ReportBody.model_validate({**one.words, **contact})

    def _caller(self, one: Happening, person: str) -> Caller:
        """Parties act through their lead; a resident is one unnamed person an order."""
        who, visible = one.who, {self.spec.code: self.driver.site_id}
        if who.role is Role.LEAD:
            lead = next(m.code for m in self.spec.members if m.party == who.name and m.role == Role.LEAD)
            return Caller(lead, Actor(Role.LEAD, who.name, lead), visible)
        named = person if who.role is Role.RESIDENT else who.name or person
        return Caller(named, Actor(who.role, None, named), visible)

    def _step(self, one: Happening) -> Answer:
        order = self.told[one.key]
        caller = self._caller(one, order.person)
        if one.action == PHOTO:
            return self._photo(one, caller, order)
        if one.action in {SPLIT, MERGE}:
            return self._joining(one, caller, order)
        self._check_request(one, order)
        return self._wished(one, caller, order)

    def _beside(self, one: Happening) -> Answer:
        """What is told around the orders; orders that come of it are called by the keys of the step."""
        doing = AROUND[one.kind][one.action]
        keys = {**{name: told.key for name, told in self.told.items()}, **self.around}
        caller = self._caller(one, self.people.setdefault(one.who.name or one.key, f"r:{uuid4().hex}"))
        doer = Doer(self.driver.shop, self.album.settings, caller)
        begun = self.around.get(one.key)
        done = doing(Step(doer, self.driver.site_id, one.at, begun, one.words, keys, self.album.kept))
        if done.answer.refused is not None:
            return done.answer
        self.around[one.key] = done.key
        for name, key in zip(one.words.get("orders", ()), done.orders, strict=True):
            self.told[name] = _Told(key, done.answer.states.get(key), caller.id)
        return done.answer

    def _wished(self, one: Happening, caller: Caller, order: _Told) -> Answer:
        """What the action itself has no words for is said in a remark beside it."""
        wish, beside = wish_of(one)
        envelopes = [desk.envelope_of(caller, order.key, wish, one.at)]
        if beside is not None:
            remark = desk.Wish("note", CommentBody(note=beside))
            envelopes.append(desk.envelope_of(caller, order.key, remark, one.at))
        return self.driver.execute([Unit(tuple(envelopes))])[0]

    def _check_request(self, one: Happening, order: _Told) -> None:
        """A decision names the kind of request that it is about; the API needs no such word."""
        kind = one.words.get("request")
        if kind is not None and order.state.request_of(one.words["of"], RequestKind(kind)) is None:
            raise LookupError(f"{one.words['of']} has no open request of the kind {kind}")

    def _photo(self, one: Happening, caller: Caller, order: _Told) -> Answer:
        attached = Attached(PhotoPurpose(one.words["purpose"]), caller.actor.party, order.state.round)
        return self.album.show(caller, order.key, one.words["picture"], attached, at=one.at)

    def _joining(self, one: Happening, caller: Caller, order: _Told) -> Answer:
        """Split and merge touch two orders at once."""
        reason, other = one.words["note"], one.words["into"]
        body: Body
        if one.action == MERGE:
            body = MergeBody(reason=reason, into=desk.code_of(caller, self.told[other].key))
        else:
            body = SplitBody(reason=reason, report=self._reported(self.script.parts[other]))
        wish = desk.Wish(one.action, body)
        answer = desk.act(self.driver.shop, caller, order.key, wish, desk.Extras(now=one.at))
        if one.action == SPLIT:
            for key in answer.states.keys() - {order.key}:
                self.told[other] = _Told(key, answer.states[key], caller.id)
        return answer


def _phone(number: int) -> str:
    """An invented number that nobody can have: no mobile number begins with 12."""
    return f"120 0000 {number:04}"
