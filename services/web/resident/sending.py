"""A form of the room's page becomes a report: by the one path of all reports without an account."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from models.domain.words import PhotoPurpose, Severity
from services import voices
from services.actions.bodies import ReportAtSite
from services.desk import code_of
from services.privacy import reporting
from services.privacy.codes import caller_by_code
from services.privacy.reporting import Reported
from services.secrets import ring
from services.store.private import PrivateText
from services.views.catalogues import words_in
from services.voices import VoiceRefused
from services.web import forms
from services.web.clients import address_of
from services.web.forms import Hands, NotRecorded
from services.web.pages import page_language, settings_of, shop_of
from services.web.resident.door import Door, called

SHORTEST_KEY = 16
"""The code hangs on it, so that nobody must guess it."""
MOST_FIELDS = 16
ROUTE = "room"


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says."""

    space: str
    category: str | None
    fields: Mapping[str, str]
    """As they were typed."""
    photos: Sequence[Any] = ()
    voice: Any = None
    """Open files."""

    @property
    def key(self) -> str:
        """Made by the page: the same form sent twice is one report."""
        return self.fields.get("key", "")


@dataclass(frozen=True, slots=True)
class Sent:
    """What was taken down."""

    order: str
    code: str
    trouble: str = field(default="")
    """What could not be taken down with it, in the visitor's language."""


def new_key() -> str:
    """For a form."""
    return secrets.token_urlsafe(24)


def told_by(form: FormData, space: str, category: str | None) -> Told:
    """What was filled in. A browser sends an empty file where none was chosen."""
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    files = {
        name: [one.file for one in form.getlist(name) if isinstance(one, UploadFile) and one.size]
        for name in ("photo", "voice")
    }
    return Told(space, category, fields, files["photo"], next(iter(files["voice"]), None))


def send(request: Request, door: Door, told: Told) -> Sent:
    """Take it down, with what was said and shown.

    The report comes first: a photo that is none must not cost the report.

    Raises:
        NotRecorded: nothing was taken down; the words say what to do.
        TooManyTries: too many from this address.
        KeyReused: the form was sent before, and says something else now.
    """
    shop, address, language = shop_of(request), address_of(request.scope), page_language(request)
    if len(told.key) < SHORTEST_KEY:
        raise NotRecorded(words_in(language).gettext("请重新打开这一页再发"), 422)
    body, voice = _body(door, told), _voice(door, told)
    if door.for_another:
        done = reporting.report_for(shop, ring(), door.caller, body, told.key, voice=voice)
    else:
        done = reporting.report(shop, ring(), body, address, told.key, voice=voice)
    if done.answer.refused is not None:
        raise NotRecorded(words_in(language).gettext("没有记下来，请打电话给居委会"), 409)
    order = code_of(done.caller, done.key)
    return Sent(order, done.code, _attach(request, done, order, told) if told.photos else "")


def _attach(request: Request, done: Reported, order: str, told: Told) -> str:
    """Add the photos as who has the code; what went wrong, if anything."""
    shop, language = shop_of(request), page_language(request)
    caller = caller_by_code(shop.engine, ring(), order, done.code, address_of(request.scope))
    if caller is None:
        return ""
    hands = Hands(shop, settings_of(request), caller, language, ROUTE)
    trouble = ""
    # One by one: a file that is no photo costs the others nothing.
    for place, one in enumerate(told.photos[: forms.MOST_PHOTOS]):
        key = f"{told.key[:48]}-{place}"
        try:
            asked = forms.Asked(forms.PHOTO, {}, key, files=[one], purpose=PhotoPurpose.BEFORE)
            forms.act(hands, done.key, asked)
        except NotRecorded as refusal:
            trouble = refusal.words
    return trouble


def _body(door: Door, told: Told) -> ReportAtSite:
    given = told.fields
    reporter = {name: given[name].strip() for name in ("name", "phone") if given.get(name, "").strip()}
    whole = {
        "site": door.site.code,
        "space": told.space,
        "category": told.category,
        "description": given.get("words", "").strip() or _made(door, told),
        "severity": Severity.DANGER if given.get("danger") else Severity.ORDINARY,
        "point": _point(given),
        "private": bool(given.get("private")),
        "reporter": reporter or None,
    }
    try:
        return ReportAtSite.model_validate(whole)
    except ValidationError as error:
        raise NotRecorded(_wrong(door, str(error.errors()[0]["loc"][-1])), 422) from None


def _wrong(door: Door, field_: str) -> str:
    _ = words_in(door.language).gettext
    known = {
        "phone": _("电话只写数字，比如 138 0013 8000；不想留可以空着"),
        "name": _("称呼请写短一点"),
        "description": _("这段话请写短一点，或者换成别的字"),
    }
    return known.get(field_, _("有一处填得不对，请改一下再发"))


def _made(door: Door, told: Told) -> str:
    """A sentence where nothing was typed, in the site's own language."""
    room, kind = door.room(told.space), door.category(told.category or "")
    said = "（见语音）" if told.voice is not None else ""
    return f"{called(room, 'zh')}：{called(kind, 'zh') if kind else '有问题'}{said}"


def _point(given: Mapping[str, str]) -> dict[str, str] | None:
    x, y = given.get("x", ""), given.get("y", "")
    return {"x": x, "y": y} if x.isdecimal() and y.isdecimal() else None


def _voice(door: Door, told: Told) -> PrivateText | None:
    if told.voice is None:
        return None
    _ = words_in(door.language).gettext
    try:
        return voices.row_for(voices.voice_of(told.voice))
    except voices.TooLong:
        raise NotRecorded(_("录音太长了，最多一分钟；请说短一点，或者写下来"), 413) from None
    except VoiceRefused:
        raise NotRecorded(_("这段录音放不出来，请重录一次，或者写下来"), 415) from None
