"""Acceptances and completions as the API answers them and the pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import Field

from models.domain.matters.acceptances import decide as d
from models.domain.matters.acceptances.completion import Completion, CompletionStatus, may_record
from models.domain.matters.acceptances.state import (
    Acceptance,
    AcceptanceStatus,
    Item,
    Presence,
    Result,
    Signature,
)
from models.domain.orders.state import Photo
from models.domain.streams import Actor, TextRef
from services.matters.acceptances import words
from services.matters.acceptances.acting import name_of_item
from services.matters.kit import Found
from services.store.contexts import Sql
from services.views.language import Language, name_of, party_name, say
from services.views.models import Named, View

ACCEPTANCES, COMPLETIONS = "/api/v1/acceptances", "/api/v1/completions"
S = AcceptanceStatus


class AcceptanceItem(View):
    """An acceptance in the list."""

    code: str
    status: AcceptanceStatus
    meets_at: datetime
    round: int
    items: int
    passed: int


class AcceptancesView(View):
    """The latest."""

    items: list[AcceptanceItem]


class ResultView(View):
    """How an item was found."""

    round: int
    passed: bool
    at: datetime
    by: Named | None = Field(description="The party that looked; none: a volunteer.")
    words: str
    photos: list[str] = Field(description="Where its photos are.")
    order: str | None = Field(description="The rework order, if it failed.")


class CheckView(View):
    """验收项."""

    item: str
    space: Named
    name: str
    category: str
    result: ResultView | None
    failed: ResultView | None = Field(description="How it was when it failed last: before and after.")
    open: bool = Field(description="Whether it is looked at in this round.")
    checked: bool = Field(description="Whether somebody looked at it in this round.")


class SignedView(View):
    """签字."""

    round: int
    kind: Presence
    who: str
    at: datetime


class AcceptanceWhole(AcceptanceItem):
    """初验: the checklist with its results, who signed, and what the caller may do."""

    site: Named
    zone: str
    party: Named
    contractor: Named
    version: int
    unchecked: int
    checks: list[CheckView]
    signatures: list[SignedView]
    finished: int = Field(description="The last round that was finished.")
    waits_for: list[str] = Field(description="Rework orders that nobody has verified yet.")
    reason: str | None
    allowed: list[str]


class CoverView(View):
    """A warranty item."""

    what: str
    name: str
    until: date


class CompletionView(View):
    """竣工验收合格."""

    code: str
    status: CompletionStatus
    day: date
    certificate: str
    party: Named
    contractor: Named
    spaces: list[Named]
    covers: list[CoverView]
    photos: list[str]
    reason: str | None
    allowed: list[str]


class CompletionsView(View):
    """The latest."""

    items: list[CompletionView]


def item_of(found: Found[Acceptance]) -> AcceptanceItem:
    """An acceptance of the list."""
    return AcceptanceItem.model_validate(_item(found))


def _item(found: Found[Acceptance]) -> dict[str, object]:
    state = found.state
    return {
        "code": found.code,
        "status": state.status,
        "meets_at": state.meets_at,
        "round": state.round,
        "items": len(state.items),
        "passed": sum(1 for one in state.results.values() if one.passed),
    }


def whole(found: Found[Acceptance], actor: Actor, language: Language, beside: "Beside") -> AcceptanceWhole:
    """An acceptance with all that belongs to it."""
    state, site = found.state, found.context.site
    more = {
        "site": Named(
            code=found.site.code, name=(language == "en" and found.site.name_en) or found.site.name
        ),
        "zone": site.zone,
        "party": _party(found, state.party, language),
        "contractor": _party(found, state.contractor, language),
        "version": state.version,
        "unchecked": len(state.unchecked) if state.status is S.CHECKING else 0,
        "checks": [_check(found, key, one, language) for key, one in state.items.items()],
        "signatures": [_signed(found, one, language, beside.names) for one in state.signatures],
        "finished": state.finished,
        "waits_for": [found.code_of(number) for number in beside.open],
        "reason": _text(found, state.reason) or None,
        "allowed": allowed(found, actor, beside),
    }
    return AcceptanceWhole.model_validate(_item(found) | more)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page needs that is not in the acceptance: open rework orders, names of members who signed."""

    open: list[int]
    names: Mapping[str, str]


def beside_of(sql: Sql, found: Found[Acceptance], open_: list[int]) -> Beside:
    """With the names of those who signed for their parties or as volunteers."""
    people = [one.person for one in found.state.signatures if one.person]
    rows = sql.execute(
        "SELECT code, name FROM member WHERE site_id = %s AND code = ANY (%s)", (found.key.site_id, people)
    )
    return Beside(open_, dict(rows.fetchall()))


def allowed(found: Found[Acceptance], actor: Actor, beside: Beside) -> list[str]:
    """What the actor may do with it now."""
    state, hosts = found.state, d.may_host(actor, found.context)
    status = state.status
    checks = {
        "checklist": hosts and status is S.PREPARED,
        "round": hosts and (status is S.PREPARED or (status is S.REWORKING and not beside.open)),
        "check": d.may_check(actor, state) and status is S.CHECKING,
        "finish": hosts and status is S.CHECKING and not state.unchecked,
        "sign": d.may_sign(actor, state) and status in {S.REWORKING, S.PASSED},
        "sign-for": hosts and status in {S.REWORKING, S.PASSED},
        "cancel": hosts and state.ended_at is None,
    }
    return [name for name, may in checks.items() if may]


def completion_view(found: Found[Completion], actor: Actor, language: Language) -> CompletionView:
    """A completion with its warranty items."""
    state, site = found.state, found.context.site
    may = may_record(actor, found.context) and state.status is CompletionStatus.RECORDED
    return CompletionView(
        code=found.code,
        status=state.status,
        day=state.day,
        certificate=_text(found, state.certificate),
        party=_party(found, state.party, language),
        contractor=_party(found, state.contractor, language),
        spaces=[
            Named(code=code, name=name_of(site.spaces[code], language))
            for code in state.spaces
            if code in site.spaces
        ],
        covers=[
            CoverView(what=one.what, name=say(words.WARRANTY[one.what], language), until=one.ends_on)
            for one in state.covers(None)
        ],
        photos=_photos(COMPLETIONS, found.code, state.photos),
        reason=_text(found, state.reason) or None,
        allowed=["withdraw"] if may else [],
    )


def _check(found: Found[Acceptance], key: str, item: Item, language: Language) -> CheckView:
    state, what = found.state, item.what
    space = found.context.site.spaces.get(what.space)
    return CheckView(
        item=key,
        space=Named(code=what.space, name=name_of(space, language) if space else what.space),
        name=name_of_item(found, what, english=language == "en"),
        category=what.category,
        result=_result(found, state.results.get(key), language),
        failed=_result(found, state.failed.get(key), language),
        open=state.status is S.CHECKING and key in state.to_check,
        checked=state.is_checked(key),
    )


def _result(found: Found[Acceptance], one: Result | None, language: Language) -> ResultView | None:
    if one is None:
        return None
    return ResultView(
        round=one.round,
        passed=one.passed,
        at=one.at,
        by=_party(found, one.party, language) if one.party else None,
        words=_text(found, one.words),
        photos=_photos(ACCEPTANCES, found.code, one.photos),
        order=found.code_of(one.order) if one.order is not None else None,
    )


def _photos(base: str, code: str, photos: tuple[Photo, ...]) -> list[str]:
    return [f"{base}/{code}/photos/{one.id}" for one in photos]


def _signed(
    found: Found[Acceptance], one: Signature, language: Language, names: Mapping[str, str]
) -> SignedView:
    who = _text(found, one.name) or names.get(one.person or "", "")
    if one.party is not None:
        party = party_name(one.party, found.context.site, language)
        who = f"{party} {who}".strip()
    return SignedView(
        round=one.round, kind=one.kind, who=who or say(words.PRESENCE[one.kind], language), at=one.at
    )


def _party(found: Found[Acceptance] | Found[Completion], code: str, language: Language) -> Named:
    return Named(code=code, name=party_name(code, found.context.site, language))


def _text(found: Found[Acceptance] | Found[Completion], ref: TextRef | None) -> str:
    """A text beside the ledger; empty where there is none, or it was erased."""
    return found.words.get(ref.id, "") if ref else ""
