"""The papers of a walk: 整改通知单 with all that was found, 整改回复单 with what became of it.

Both can be made anew at any time: the notice from what was set at first, the reply as things are now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.streams import StreamKey
from services import photos
from services.callers import Caller
from services.documents.typesetting import typeset
from services.execute import Shop
from services.settings import Settings
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, party_name, time_text
from services.walks.reading import FoundWalk, find_walk, read_orders
from services.walks.shown import Shown, WalkView, walk_view

NOTICE, REPLY = "rectification-notice", "rectification-reply"
_SHORT = 16


@dataclass(frozen=True, slots=True)
class Desk:
    """For whom a paper is made, and with what."""

    shop: Shop
    settings: Settings
    caller: Caller
    language: Language
    only: str | None = None
    """A party, where nothing is shown but what it has a part in."""


def paper_of(one: Desk, key: StreamKey, kind: str) -> bytes:
    """A paper as PDF.

    Raises:
        UnknownStream: there is no such walk for the caller.
        ShelfAway: the photos cannot be read just now.
    """
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = find_walk(one.shop, sql, one.caller, key)
        whole = walk_view(found, read_orders(sql, found), one.language)
        view = whole.only(one.only) if one.only else whole
        kept = {
            photo: photos.find_kept(sql, StreamKey(key.site_id, stream), photo, thumbnail=True)
            for stream, photo in _wanted(view, key, kind)
        }
    pictures: dict[str, bytes] = {}
    for photo, picture in kept.items():
        stored = photos.open_kept(one.settings, picture) if picture is not None else None
        if stored is not None:
            pictures[f"{photo}.webp"] = b"".join(stored.chunks)
    values = _values(one, found, view, pictures) | {"part": _part(one, found, whole, view)}
    return typeset(kind, values, pictures)


def _wanted(view: WalkView, key: StreamKey, kind: str) -> Iterable[tuple[int, str]]:
    """Streams and ids of the photos that are shown: the first before, the latest after."""
    for one in view.findings:
        yield from ((key.stream_id, photo) for photo in one.before[:1])
        if kind == REPLY:
            yield from ((int(code.rpartition("-")[2]), photo) for code, photo in one.after[-1:])


def _values(one: Desk, found: FoundWalk, view: WalkView, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    finished = view.finished_at or view.begun_at
    return {
        "lang": one.language,
        "code": view.code,
        "site": view.site,
        "by": view.party,
        "finished": _dated(finished, view.zone, one.language),
        "printed": _dated(found.now, view.zone, one.language),
        "to": [{"name": asked.name, "count": len(asked.findings)} for asked in view.asked],
        "count": len(view.findings),
        "mended": view.mended,
        "checked": view.checked,
        "hash": found.head,
        "groups": [
            {"party": asked.name, "rows": [_row(row, pictures) for row in asked.findings]}
            for asked in view.asked
        ],
        "w": _words(one.language),
    }


def _part(one: Desk, found: FoundWalk, whole: WalkView, view: WalkView) -> str:
    """What a paper says that does not show all findings."""
    if one.only is None or len(view.findings) == len(whole.findings):
        return ""
    _ = words_in(one.language).gettext
    party = party_name(one.only, found.context.site, one.language)
    words = _("全单共 {all} 项；这一份只列与{party}有关的 {n} 项，编号与全单一致。")
    return words.format(all=len(whole.findings), party=party, n=len(view.findings))


def _dated(at: datetime, zone: str, language: Language) -> str:
    """With the year: papers are kept."""
    text, year = time_text(at, zone, language), at.astimezone(ZoneInfo(zone)).year
    return f"{year}, {text}" if language == "en" else f"{year}年{text}"


def _row(one: Shown, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    before = [f"{photo}.webp" for photo in one.before[:1]]
    after = [f"{photo}.webp" for _, photo in one.after[-1:]]
    return {
        "number": one.number,
        "place": one.place,
        "hazard": one.hazard,
        "danger": one.danger,
        "words": one.words,
        "due": one.due,
        "order": one.order or "",
        "state": one.state,
        "mended": one.mended,
        "done": one.done,
        "verified": one.verified,
        "late": one.late,
        "head": one.head[:_SHORT],
        "before": [name for name in before if name in pictures],
        "after": [name for name in after if name in pictures],
    }


def _words(language: Language) -> dict[str, str]:
    _ = words_in(language).gettext
    return {
        "notice": _("整改通知单"),
        "reply": _("整改回复单"),
        "number": _("编号"),
        "to": _("致"),
        "by": _("签发单位"),
        "date": _("签发时间"),
        "items": _("项"),
        "request": _(
            "经现场巡查，发现下列问题。请按期整改；改好后在工单上上传整改后照片并办结，由他方核查。危险项目须立即控险。"
        ),
        "place": _("部位与问题"),
        "photo": _("现场照片"),
        "due": _("整改期限"),
        "order": _("工单号"),
        "before": _("整改前"),
        "after": _("整改后"),
        "state": _("情况"),
        "danger": _("危险"),
        "no_photo": _("无照片"),
        "not_yet": _("尚未整改"),
        "done": _("办结"),
        "verified": _("核查"),
        "late": _("超期"),
        "total": _("共"),
        "mended": _("其中已整改"),
        "checked": _("已核查"),
        "signed_by": _("签发人"),
        "received_by": _("签收人"),
        "answered_by": _("整改单位"),
        "checked_by": _("核查人"),
        "day": _("日期"),
        "ledger": _("办理记录"),
        "ledger_note": _("可凭此值在系统中核对本单未被改动"),
        "printed": _("打印时间"),
        "as_of": _("截至"),
    }
