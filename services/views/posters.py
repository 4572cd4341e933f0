"""Posters: a sheet a room, whose code leads to the room's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import segno

from services.documents.typesetting import typeset
from services.execute import Shop
from services.settings import Settings
from services.store.contexts import read_sites
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language

PIXELS = 16
"""Of a module of the code: sharp at a hand's breadth on paper."""


class NoPosters(Exception):
    """The addresses on them would lead to the machine of whoever scans them; set LIANBAN_PUBLIC_URL first."""


class UnknownRoom(LookupError):
    """The site has no such room."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A room's sheet."""

    code: str
    name: str
    name_en: str
    address: str


@dataclass(frozen=True, slots=True)
class Sheets:
    """A site's rooms, and whom to call: the committee's telephone, if there is one."""

    code: str
    name: str
    name_en: str | None
    phone: str | None
    rooms: list[Sheet]


def sheets_of(shop: Shop, settings: Settings, site_id: int, rooms: Sequence[str] = ()) -> Sheets:
    """A sheet for each of these rooms, or for all.

    Raises:
        NoPosters: the public address is this machine's own.
        UnknownRoom: a room that the site does not have.
    """
    if settings.is_local:
        raise NoPosters
    with transaction(shop.engine, [site_id]) as sql:
        site = read_sites(sql, [site_id])[site_id]
        spaces = shop.contexts.of(sql, site).site.spaces
        told = sql.execute("SELECT name_en, phone FROM site WHERE id = %s", (site_id,)).fetchone()
    missing = [one for one in rooms if one not in spaces]
    if missing:
        raise UnknownRoom(missing[0])
    sheets = [
        Sheet(one.code, one.name, one.name_en, room_address(settings, site.code, one.code))
        for one in spaces.values()
        if not rooms or one.code in rooms
    ]
    name_en, phone = told or (None, None)
    return Sheets(site.code, site.name, name_en, phone, sheets)


def room_address(settings: Settings, site: str, room: str) -> str:
    """Where a room's code leads."""
    return f"{settings.public_url}/r/{site}/{room}"


def posters(
    shop: Shop, settings: Settings, site_id: int, rooms: Sequence[str] = (), language: Language = "zh"
) -> bytes:
    """The sheets as one PDF. Raises NoPosters, UnknownRoom."""
    site = sheets_of(shop, settings, site_id, rooms)
    _ = words_in(language).gettext
    return typeset(
        "poster",
        {
            "site": site.name,
            "phone": site.phone,
            "rooms": [
                {
                    "code": one.code,
                    "name": one.name,
                    "name_en": one.name_en,
                    "address": one.address,
                    "picture": f"{one.code}.png",
                }
                for one in site.rooms
            ],
            "w": {
                "title": f"{_('海报')} {site.name}",
                "call": _("这里有东西坏了、漏了、吵了？扫一扫"),
                "steps": [
                    [_("扫码"), _("不用下载，不用登录")],
                    [_("点一个图"), _("拍张照，说一句")],
                    [_("看进度"), _("谁在办，哪天好")],
                ],
                "or": _("不方便扫码，打居委会电话"),
            },
        },
        {f"{one.code}.png": code_picture(one.address) for one in site.rooms},
    )


def code_picture(address: str) -> bytes:
    """The address as a code that is still read where a corner of it is torn off (30 % may be gone)."""
    target = BytesIO()
    segno.make(address, error="h", micro=False).save(target, kind="png", scale=PIXELS, border=4)
    return target.getvalue()
