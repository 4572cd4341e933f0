"""办理规则 and how they change: checked on their own history, proposed, objected to, ruled on."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from models.domain.matters.rules.state import Proposal
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ORDER_CODE, SITE_CODE, Body, Nothing, Text
from services.api.problems import Declined, declared
from services.api.visit import Errand, OneErrand, OneVisit, Visit
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters import kit
from services.matters.kit import Found
from services.matters.rules import acting, editing
from services.matters.rules.refusing import in_language, why
from services.matters.rules.views import (
    CheckedView,
    ProposalWhole,
    RulesView,
    checked_view,
    item_of,
    whole,
)
from services.store.contexts import read_sites
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.language import party_name

router = APIRouter(prefix="/rules", tags=["rules"])

RulesPath = Annotated[str, Path(description="The change's code.", pattern=ORDER_CODE, examples=["AIBO5-60"])]
_RULES = ("修改规则", "changing the rules")
_NOTHING = Nothing()
_REFUSED = declared(403, 404, 409, 413, 415, 422)


class WordsBody(Body):
    """A whole playbook as TOML, as it would be in force at the site; its version is counted for it."""

    site: Annotated[str, Field(pattern=SITE_CODE, examples=["AIBO5"])]
    source: Annotated[str, Field(min_length=1, max_length=editing.LONGEST_RULES)]


class ProposeBody(WordsBody):
    """And why it is proposed."""

    reason: Text


class ReasonBody(Body):
    """Why."""

    reason: Text


class RuleBody(ReasonBody):
    """The ruling."""

    accepted: bool


@router.get("", summary="规则修改 List changes", operation_id="list_rules", responses=declared(422))
def get_changes(visit: OneVisit) -> RulesView:
    """The latest changes of the rules at the sites where the caller's party lives under them."""
    one = visit.doer
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        return RulesView(items=[item_of(x) for x in kit.listed(one, sql, acting.SORT, _sites(visit))])


@router.get(
    "/source", summary="现行规则 Rules in force", operation_id="get_rules", responses=declared(403, 404, 422)
)
def get_source(visit: OneVisit, site: Annotated[str, Query(pattern=SITE_CODE)]) -> WordsBody:
    """The words of the rules that new orders are dispatched under."""
    site_id = _site(visit, site, Permission.SEE_RULES)
    return WordsBody(site=site, source=editing.in_force(visit.doer, site_id))


@router.get("/{code}", summary="一份修改 One change", operation_id="get_change", responses=declared(404, 422))
def get_change(visit: OneVisit, code: RulesPath) -> ProposalWhole:
    """What is proposed, who said what of it, and what the caller may do."""
    return _shown(visit, desk.key_of(visit.caller, code))


@router.post("/check", summary="检查并回测 Check", operation_id="check_rules", responses=_REFUSED)
def check(errand: OneErrand, body: WordsBody) -> CheckedView:
    """Problems by line; or what differs, and what would have been on the site's own history."""
    visit = errand.visit
    site_id = _site(visit, body.site, Permission.PROPOSE_RULES)
    one = visit.doer
    checked = editing.check(one, site_id, body.source)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        context = visit.shop.contexts.of(sql, read_sites(sql, [site_id])[site_id])
    return checked_view(checked, context.playbook, visit.language)


@router.post("", status_code=201, summary="公示 Propose", operation_id="propose_rules", responses=_REFUSED)
def propose(errand: OneErrand, body: ProposeBody) -> ProposalWhole:
    """The parties have five working days to object; stricter safety limits take effect at once."""
    visit = errand.visit
    site_id = _site(visit, body.site, Permission.PROPOSE_RULES)
    one = visit.doer
    checked = editing.check(one, site_id, body.source, lived=False)
    if checked.problems:
        told = (in_language(each, visit.language) for each in checked.problems)
        raise BadValue("source", "\n".join(told))
    ticket = errand.ticket(site_id, body.model_dump_json().encode(), 201)
    key, answer = acting.propose(one, site_id, checked, body.reason, ticket)
    if answer.refused is not None:
        raise _refusal(visit, answer.refused, None)
    return _shown(visit, key)


@router.post("/{code}/consent", summary="同意 Consent", operation_id="consent_to_rules", responses=_REFUSED)
def consent(errand: OneErrand, code: RulesPath, body: Nothing = _NOTHING) -> ProposalWhole:
    """The caller's party agrees; once all do, it takes effect."""
    key, ticket = _of(errand, code, body)
    return _answered(errand.visit, key, acting.consent(errand.visit.doer, key, ticket))


@router.post("/{code}/object", summary="提出异议 Object", operation_id="object_to_rules", responses=_REFUSED)
def object_(errand: OneErrand, code: RulesPath, body: ReasonBody) -> ProposalWhole:
    """With the reason; then the decider rules."""
    key, ticket = _of(errand, code, body)
    return _answered(errand.visit, key, acting.object_(errand.visit.doer, key, body.reason, ticket))


@router.post("/{code}/rule", summary="裁定 Rule", operation_id="rule_on_rules", responses=_REFUSED)
def rule(errand: OneErrand, code: RulesPath, body: RuleBody) -> ProposalWhole:
    """By the decider, with the reason: in force, or not."""
    key, ticket = _of(errand, code, body)
    answer = acting.rule(errand.visit.doer, key, body.reason, ticket, accepted=body.accepted)
    return _answered(errand.visit, key, answer)


@router.post("/{code}/withdraw", summary="撤回 Withdraw", operation_id="withdraw_rules", responses=_REFUSED)
def withdraw(errand: OneErrand, code: RulesPath, body: Nothing = _NOTHING) -> ProposalWhole:
    """By the committee, before it is in force."""
    key, ticket = _of(errand, code, body)
    return _answered(errand.visit, key, acting.withdraw(errand.visit.doer, key, ticket))


def _sites(visit: Visit) -> list[int]:
    return visit.caller.sites_where(Permission.SEE_RULES)


def _site(visit: Visit, code: str, permission: Permission) -> int:
    """Raises UnknownStream for a site that the caller does not see, NotPermitted for one it may not."""
    if code not in visit.caller.sites:
        raise UnknownStream(code)
    site_id = visit.caller.sites[code]
    if not visit.caller.may(permission, site_id) or visit.caller.at(site_id).party is None:
        raise NotPermitted
    return site_id


def _of(errand: Errand, code: str, body: Body) -> tuple[StreamKey, Ticket | None]:
    """The change, which the caller has to see, and the ticket."""
    key = desk.key_of(errand.visit.caller, code)
    _shown(errand.visit, key)
    return key, errand.ticket(key.site_id, body.model_dump_json().encode(), 200)


def _found(visit: Visit, key: StreamKey) -> Found[Proposal]:
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        return acting.find(visit.doer, sql, key)


def _shown(visit: Visit, key: StreamKey) -> ProposalWhole:
    return whole(_found(visit, key), visit.caller.at(key.site_id), visit.language)


def _answered(visit: Visit, key: StreamKey, answer: Answer) -> ProposalWhole:
    if answer.refused is not None:
        raise _refusal(visit, answer.refused, _found(visit, key))
    return _shown(visit, key)


def _refusal(visit: Visit, refusal: Exception, found: Found[Proposal] | None) -> Exception:
    """With the names of those who may; in Chinese as on the page."""
    label = _RULES[visit.language == "en"]
    site = found.context.site if found else None
    may = refusal.may if isinstance(refusal, NotYours) else ()
    names = {one: party_name(one, site, visit.language) if site else one for one in may}
    if isinstance(refusal, NotYours):
        return Declined(refusal, label, names)
    if isinstance(refusal, IllegalMove):
        return Declined(refusal, label, names, why=why(refusal, visit.language))
    if isinstance(refusal, BadValue):
        return BadValue("source", why(refusal, visit.language))
    return refusal
