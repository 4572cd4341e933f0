"""协调纪要 as a paper: what was settled, by whom signed and when, and the hash of its record."""

from collections.abc import Mapping, Sequence

from models.domain.matters.meetings.state import MeetingState
from models.domain.orders.minutes import Item
from models.domain.streams import StreamKey
from services.documents.typesetting import typeset
from services.execute import UnknownStream
from services.matters.kit import Doer, Found
from services.matters.meetings import acting, words
from services.matters.meetings.views import Tellers
from services.store.contexts import Sql
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, name_of, say, time_text


def minutes_of(one: Doer, key: StreamKey, language: Language) -> bytes:
    """The paper as PDF, of the draft that is on the table, or was signed, or of the ruling.

    Raises:
        UnknownStream: there is no such meeting for the caller, or nothing to print yet.
    """
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.find(one, sql, key)
        names = _names(sql, found)
    if found.state.minutes is None and not found.state.ruling:
        raise UnknownStream(key)
    return typeset("minutes", values_of(found, names, language))


def _names(sql: Sql, found: Found[MeetingState]) -> Mapping[str, str]:
    """Of the people who signed: they did it for their parties, by name."""
    people = [each.person for each in found.state.signatures.values() if each.person]
    rows = sql.execute(
        "SELECT code, name FROM member WHERE site_id = %s AND code = ANY (%s)", (found.key.site_id, people)
    )
    return dict(rows.fetchall())


def values_of(found: Found[MeetingState], names: Mapping[str, str], language: Language) -> dict[str, object]:
    """What the template is filled with; `names` of the people who signed, by their codes."""
    state, tell, site = found.state, Tellers(found, language), found.context.site
    zone, space = site.zone, site.spaces.get(state.place)
    minutes, signed = state.minutes, state.signatures
    items = state.ruling or (minutes.items if minutes else ())
    _ = words_in(language).gettext
    ruled = _("{who}裁定").format(who=tell.party(state.ruled_by).name) if state.ruled_by else ""
    open_payer = _("费用待定")
    return {
        "lang": language,
        "code": found.code,
        "order": found.code_of(state.order),
        "site": (language == "en" and found.site.name_en) or found.site.name,
        "met": time_text(state.meets_at, zone, language),
        "place": name_of(space, language) if space else state.place,
        "why": say(words.REASON[state.reason], language),
        "state": say(words.STATUS[state.status], language),
        "invited": [tell.party(each).name for each in state.invited],
        "positions": [
            {"party": tell.party(party).name, "words": tell.text(each.text)}
            for party, each in state.positions.items()
        ],
        "settled": ruled or _("商定的事"),
        "lines": _lines(items, tell, zone),
        "payer": tell.party(minutes.payer).name if minutes and minutes.payer and not ruled else open_payer,
        "note": tell.text(state.ruling_reason) if ruled else tell.text(minutes.note if minutes else None),
        "signatures": [
            {
                "party": tell.party(party).name,
                "person": names.get(signed[party].person or "", "") if party in signed else "",
                "at": time_text(signed[party].at, zone, language) if party in signed else _("待签署"),
            }
            for party in (minutes.signers if minutes and not ruled else ())
        ],
        "hash": found.head,
        "printed": time_text(found.now, zone, language),
        "w": _words(language),
    }


def _lines(items: Sequence[Item], tell: Tellers, zone: str) -> list[dict[str, str]]:
    return [
        {
            "party": tell.party(one.party).name,
            "does": say(words.DOES[one.does], tell.language),
            "what": tell.text(one.what),
            "by": time_text(one.by, zone, tell.language) if one.by else "",
        }
        for one in items
    ]


def _words(language: Language) -> dict[str, str]:
    _ = words_in(language).gettext
    return {
        "title": _("协调纪要"),
        "number": _("编号"),
        "order": _("工单"),
        "met": _("会议时间"),
        "place": _("地点"),
        "why": _("为什么召集"),
        "state": _("状态"),
        "invited": _("到会单位"),
        "positions": _("书面意见"),
        "party": _("单位"),
        "does": _("分工"),
        "what": _("做什么"),
        "by": _("何时前办结"),
        "payer": _("谁出资"),
        "signatures": _("签署"),
        "printed": _("打印于"),
        "ledger": _("办理记录"),
        "ledger_note": _("上面是这份记录最后一条的校验值；任何单位都可以凭导出的记录自行核对。"),
    }
