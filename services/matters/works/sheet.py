"""施工告知 for the wall: one A4 sheet with when, where to go and whom to call, and a code to the page."""

from collections.abc import Iterator

from models.domain.matters.works.state import Works, WorksStatus
from models.domain.streams import StreamKey
from services.documents.typesetting import typeset
from services.matters.kit import Doer, Found
from services.matters.venues.refusing import day_of
from services.matters.works import acting
from services.matters.works.views import room_names, site_name, text
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, party_name, time_text
from services.views.posters import code_picture

CODE = "code.png"


def sheet_of(one: Doer, key: StreamKey, language: Language) -> bytes:
    """The sheet as PDF. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found: Found[Works] = acting.find(one, sql, key)
    address = public_address(one.settings.public_url, found)
    values = values_of(found, language)
    if one.settings.is_local:
        # A code that leads to this machine leads whoever scans it nowhere.
        return typeset("works-notice", values | {"address": "", "code_picture": ""})
    pictures = {CODE: code_picture(address)}
    return typeset("works-notice", values | {"address": address, "code_picture": CODE}, pictures)


def public_address(home: str, found: Found[Works]) -> str:
    """Where everybody reads it."""
    return f"{home.rstrip('/')}/public/{found.site.code}/works/{found.key.stream_id}"


def values_of(found: Found[Works], language: Language) -> dict[str, object]:
    """What the template is filled with."""
    one, _, zone = found.state, words_in(language).gettext, found.context.site.zone
    between = "、" if language == "zh" else ", "
    return {
        "lang": language,
        "code": found.code,
        "site": site_name(found, language),
        "title": _("施工告知"),
        "tag": _tag(one, language),
        "rooms": between.join(each.name for each in room_names(found, one.plan.rooms, language)),
        "what": text(found, one.plan.what),
        "facts": [{"name": name, "words": words} for name, words in _facts(found, language) if words],
        "call": _("有事请打"),
        "phone": text(found, one.plan.phone),
        "who": party_name(one.party, found.context.site, language),
        "scan": _("扫码看最新安排，不用登录"),
        "printed": _("打印于 {at}，以页面为准").format(at=time_text(found.now, zone, language)),
    }


def _tag(one: Works, language: Language) -> str:
    _ = words_in(language).gettext
    if one.status is WorksStatus.CANCELLED:
        return _("已取消")
    if one.status is WorksStatus.ENDED:
        return _("已完工")
    return _("紧急") if one.urgent else ""


def _facts(found: Found[Works], language: Language) -> Iterator[tuple[str, str]]:
    one, _, zone = found.state, words_in(language).gettext, found.context.site.zone
    plan = one.plan
    first, last = (day_of(day, zone, language) for day in (plan.begins, plan.until))
    yield _("日期"), first if first == last else _("{first} 至 {last}").format(first=first, last=last)
    yield _("每天"), f"{plan.opens}–{plan.closes}"
    between = "、" if language == "zh" else ", "
    instead = between.join(each.name for each in room_names(found, plan.substitutes, language))
    yield _("改去"), "\n".join(x for x in (instead, text(found, plan.elsewhere)) if x)
    yield _("紧急原因"), text(found, one.urgent)
    changed = one.changed_at or one.ended_at
    yield _("改动原因"), text(found, one.reason) if changed else ""
