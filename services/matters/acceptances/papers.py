"""初验记录 as PDF with its signatures and hash, and the picture by which a volunteer tells the neighbours."""

from collections.abc import Mapping

from models.domain.matters.acceptances.state import Acceptance
from models.domain.streams import StreamKey
from services import photos
from services.documents.typesetting import draw, typeset
from services.execute import UnknownStream
from services.matters.acceptances import acting, words
from services.matters.acceptances.views import AcceptanceWhole, Beside, CheckView, beside_of, whole
from services.matters.kit import Doer, Found
from services.store.contexts import Sql
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, say, time_text

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def record_of(one: Doer, key: StreamKey, language: Language) -> bytes:
    """The record of the rounds so far as PDF.

    Raises:
        UnknownStream: there is no such acceptance for the caller, or no round was finished yet.
        ShelfAway: the photos cannot be read just now.
    """
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found, view = seen(one, sql, key, language)
        if not found.state.finished:
            raise UnknownStream(key)
        kept = {
            photo: photos.find_kept(sql, key, photo, thumbnail=True)
            for each in view.checks
            for photo in _shown(each)
        }
    pictures = {f"{name}.webp": content for name, content in _opened(one, kept).items()}
    return typeset("acceptance", _values(found, view, language, pictures), pictures)


def card_of(one: Doer, key: StreamKey, item: str, language: Language) -> bytes:
    """Before and after of an item that failed and then passed, as PNG.

    Raises:
        UnknownStream: there is no such pair of photos.
        ShelfAway: the photos cannot be read just now.
    """
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        _, view = seen(one, sql, key, language)
        check = next((each for each in pairs(view) if each.item == item), None)
        if check is None or check.failed is None or check.result is None:
            raise UnknownStream(key)
        paths = (check.failed.photos[0], check.result.photos[-1])
        kept = [photos.find_kept(sql, key, path.rpartition("/")[2]) for path in paths]
    named = {f"{at}.{_ENDINGS[one.media_type]}": one for at, one in enumerate(kept) if one is not None}
    pictures = _opened(one, named)
    if len(pictures) < len(paths):
        raise UnknownStream(key)
    return draw("acceptance-card", _card_values(view, check, (language, list(pictures))), pictures)


def pairs(view: AcceptanceWhole) -> list[CheckView]:
    """Items with a photo of how they failed and one of how they passed."""
    return [
        each
        for each in view.checks
        if each.failed and each.failed.photos and each.result and each.result.passed and each.result.photos
    ]


def seen(
    one: Doer, sql: Sql, key: StreamKey, language: Language
) -> tuple[Found[Acceptance], AcceptanceWhole]:
    """The acceptance as the caller sees it. Raises UnknownStream."""
    found = acting.find(one, sql, key)
    beside: Beside = beside_of(sql, found, acting.unverified(sql, key.site_id, found.state.reworks))
    return found, whole(found, one.caller.at(key.site_id), language, beside)


def _shown(check: CheckView) -> list[str]:
    """The latest photo of how it failed, and of how it is."""
    results = [check.failed, check.result if check.result != check.failed else None]
    return [one.photos[-1].rpartition("/")[2] for one in results if one and one.photos]


def _opened(one: Doer, kept: Mapping[str, photos.Kept | None]) -> dict[str, bytes]:
    found = {}
    for name, picture in kept.items():
        stored = photos.open_kept(one.settings, picture) if picture is not None else None
        if stored is not None:
            found[name] = b"".join(stored.chunks)
    return found


def _values(
    found: Found[Acceptance], view: AcceptanceWhole, language: Language, pictures: Mapping[str, bytes]
) -> dict[str, object]:
    zone, _ = view.zone, words_in(language).gettext
    rooms = dict.fromkeys(each.space.name for each in view.checks)
    return {
        "lang": language,
        "code": view.code,
        "site": view.site.name,
        "party": view.party.name,
        "contractor": view.contractor.name,
        "met": time_text(view.meets_at, zone, language),
        "rounds": view.finished,
        "state": say(words.STATUS[view.status], language),
        "rooms": [
            {
                "name": room,
                "checks": [
                    _line(each, language, pictures) for each in view.checks if each.space.name == room
                ],
            }
            for room in rooms
        ],
        "signatures": [
            {
                "round": _("第 {n} 轮").format(n=one.round),
                "kind": say(words.PRESENCE[one.kind], language),
                "who": one.who,
                "at": time_text(one.at, zone, language),
            }
            for one in view.signatures
        ],
        "hash": found.head,
        "printed": time_text(found.now, zone, language),
        "w": _words(language),
    }


def _line(check: CheckView, language: Language, pictures: Mapping[str, bytes]) -> dict[str, object]:
    _ = words_in(language).gettext
    result = check.result
    said = [
        one.words for one in (check.failed, result if result != check.failed else None) if one and one.words
    ]
    verdict = "" if result is None else _("合格") if result.passed else _("不合格")
    return {
        "name": check.name,
        "verdict": verdict,
        "passed": bool(result and result.passed),
        "round": result.round if result else 0,
        "words": " ".join(said),
        "order": check.failed.order if check.failed and check.failed.order else "",
        "photos": [f"{one}.webp" for one in _shown(check) if f"{one}.webp" in pictures],
    }


def _card_values(
    view: AcceptanceWhole, check: CheckView, how: tuple[Language, list[str]]
) -> dict[str, object]:
    language, names = how
    _ = words_in(language).gettext
    return {
        "lang": language,
        "site": view.site.name,
        "room": check.space.name,
        "before": names[0],
        "after": names[1],
        "name": check.name,
        "passed": time_text(check.result.at, view.zone, language) if check.result else "",
        "w": {"before": _("整改前"), "after": _("整改后"), "title": _("初验合格")},
    }


def _words(language: Language) -> dict[str, str]:
    _ = words_in(language).gettext
    return {
        "title": _("初验记录"),
        "number": _("编号"),
        "party": _("组织单位"),
        "contractor": _("施工单位"),
        "met": _("验收时间"),
        "rounds": _("轮次"),
        "state": _("结论"),
        "check": _("验收项"),
        "verdict": _("结果"),
        "round": _("第几轮"),
        "note": _("说明"),
        "rework": _("返工单"),
        "signatures": _("签字"),
        "nobody": _("还没有人签字"),
        "printed": _("打印于"),
        "ledger": _("办理记录"),
        "ledger_note": _("上面是这份记录最后一条的校验值；任何单位都可以凭导出的记录自行核对。"),
    }
