"""办理规则 in the browser: what holds, changed by form or as text, tried on the past, put to the parties."""

from typing import Annotated
from uuid import uuid4

from anyio import to_thread
from fastapi import APIRouter, Form, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from models.domain.matters.rules.decide import may_propose
from models.domain.policy import Permission
from services import desk
from services.actions.bodies import SITE_CODE
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters import kit
from services.matters.rules import acting, editing, form
from services.matters.rules.editing import Checked
from services.matters.rules.refusing import Told, in_language, why
from services.matters.rules.views import allowed
from services.matters.rules.wording import in_words, value_in_words
from services.store.contexts import read_sites
from services.store.private import LONGEST_TEXT
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, party_name
from services.web.matters.kit import NOTHING, KeyField, MatterPath, Said, doer_of, ticket_of
from services.web.pages import page_language, render

router = APIRouter(prefix="/together/rules", include_in_schema=False, default_response_class=HTMLResponse)

SiteField = Annotated[str, Form(pattern=SITE_CODE)]
Reason = Annotated[str, Form(max_length=LONGEST_TEXT)]
MOST_FIELDS = 200


@router.get("")
def list_page(request: Request, site: Annotated[str, Query(pattern=f"^$|{SITE_CODE}")] = "") -> HTMLResponse:
    """The rules in force, and the changes that were proposed."""
    one, language = doer_of(request), page_language(request)
    seen = [each for each in one.caller.sites_where(Permission.SEE_RULES) if one.caller.at(each).party]
    if not seen or (site and one.caller.sites.get(site) not in seen):
        raise NotPermitted
    site_id = one.caller.sites[site] if site else seen[0]
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = read_sites(sql, [site_id])[site_id]
        context = one.shop.contexts.of(sql, found)
        changes = kit.listed(one, sql, acting.SORT, [site_id])
    checked = editing.check(one, site_id, editing.in_force(one, site_id), lived=False)
    values = {
        "site": found,
        "book": context.playbook,
        "parts": _by_section(checked, language),
        "changes": changes,
        "zone": context.site.zone,
        "words_of": lambda value: _in_words(value, language),
        "may_change": may_propose(one.caller.at(site_id), context),
    }
    return render(request, "matters/rules.html", values)


def _in_words(value: str | tuple[str, ...], language: Language) -> str:
    return value_in_words(", ".join(value) if isinstance(value, tuple) else value, language)


def _by_section(checked: Checked, language: Language) -> dict[str, list[form.Part]]:
    found: dict[str, list[form.Part]] = {}
    if checked.parsed is not None:
        for part in form.parts(checked.parsed, language):
            found.setdefault(part.section, []).append(part)
    return found


@router.post("/draft")
async def draft(request: Request) -> Response:
    """The next step of a draft, which travels with the form: a part, the text, or what would have been."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=editing.LONGEST_RULES) as sent:
        return await to_thread.run_sync(_draft, request, sent)


def _draft(request: Request, sent: FormData) -> HTMLResponse:
    one, language = doer_of(request), page_language(request)
    fields: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    said = {name: many[0] for name, many in fields.items()}
    site_id = _site(one, said.get("site", ""))
    text = said.get("draft") or editing.in_force(one, site_id)
    checked = editing.check(one, site_id, text, lived=False)
    if checked.parsed is not None:
        before = {part.code: part for part in form.parts(checked.parsed, language)}
        if said.get("part") in before:
            text = form.edited(checked.source, before[said["part"]], fields)
    go = said.get("go", "")
    return _show(request, site_id, text, go)


def _site(one: kit.Doer, code: str) -> int:
    if code not in one.caller.sites:
        raise UnknownStream(code)
    site_id = one.caller.sites[code]
    if not one.caller.may(Permission.PROPOSE_RULES, site_id):
        raise NotPermitted
    return site_id


def _show(request: Request, site_id: int, text: str, go: str, said: Said = NOTHING) -> HTMLResponse:
    """The draft as it is now; `go` is the part that is opened, `text` or `check`."""
    one, language = doer_of(request), page_language(request)
    checked = editing.check(one, site_id, text, lived=go == "check")
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        site = read_sites(sql, [site_id])[site_id]
        context = one.shop.contexts.of(sql, site)
    if not may_propose(one.caller.at(site_id), context):
        raise NotPermitted
    new = checked.parsed.playbook if checked.parsed else context.playbook
    sections = _by_section(checked, language)
    opened = next((part for many in sections.values() for part in many if part.code == go), None)
    values = {
        "site": site,
        "draft": checked.source,
        "problems": [Told(each.line, in_language(each, language)) for each in checked.problems],
        "changes": in_words(checked.changes, context.playbook, new, language),
        "checked": checked,
        "report": checked.report,
        "parts": sections,
        "opened": opened,
        "as_text": go == "text" or bool(checked.problems),
        "units": form.units(language),
        "choices": {kind: form.choices(kind, language) for kind in form.WHO_KINDS},
        "key": uuid4().hex,
        "said": said,
    }
    return render(request, "matters/rules_draft.html", values, said.status)


@router.post("")
def propose(
    request: Request,
    site: SiteField,
    draft: Annotated[str, Form(max_length=editing.LONGEST_RULES)],
    reason: Reason = "",
    key: KeyField = "",
) -> Response:
    """公示."""
    one, language = doer_of(request), page_language(request)
    _ = words_in(language).gettext
    site_id = _site(one, site)
    typed = {"reason": reason}
    if not reason.strip():
        refused = _("请写明修改的理由，再公示")
        return _show(request, site_id, draft, "check", Said(refused=refused, typed=typed, status=422))
    checked = editing.check(one, site_id, draft, lived=False)
    if checked.problems:
        refused = _("这份规则还不能用，请按提示逐行修改")
        return _show(request, site_id, draft, "text", Said(refused=refused, typed=typed, status=422))
    made, answer = acting.propose(one, site_id, checked, reason, ticket_of(one, site_id, "rules", key))
    if answer.refused is not None:
        refused = why(answer.refused, language)
        return _show(request, site_id, draft, "check", Said(refused=refused, typed=typed, status=409))
    return RedirectResponse(f"/together/rules/{site}-{made.stream_id}", 303)


@router.get("/{code}")
def change_page(request: Request, code: MatterPath) -> HTMLResponse:
    """One change."""
    return _one(request, code)


@router.get("/{code}/playbook.toml")
def change_text(request: Request, code: MatterPath) -> PlainTextResponse:
    """The whole proposed playbook, as it would be in force."""
    one = doer_of(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.find(one, sql, desk.key_of(one.caller, code))
    return PlainTextResponse(found.words.get(found.state.draft.source.id, ""))


def _one(request: Request, code: str, said: Said = NOTHING) -> HTMLResponse:
    one, language = doer_of(request), page_language(request)
    key = desk.key_of(one.caller, code)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.find(one, sql, key)
        base = one.shop.contexts.of(sql, found.site, found.state.draft.base).playbook
    checked = editing.read(found.words.get(found.state.draft.source.id, ""), base)
    new = checked.parsed.playbook if checked.parsed else base
    values = {
        "found": found,
        "it": found.state,
        "zone": found.context.site.zone,
        "changes": in_words(checked.changes, base, new, language),
        "words": found.words,
        "party": lambda named: party_name(named, found.context.site, language),
        "allowed": allowed(found, one.caller.at(key.site_id)),
        "key": uuid4().hex,
        "said": said,
    }
    return render(request, "matters/rules_one.html", values, said.status)


@router.post("/{code}/{step}")
def answer(
    request: Request, code: MatterPath, step: str, reason: Reason = "", key: KeyField = ""
) -> Response:
    """同意, 提出异议, 裁定, 撤回."""
    one, language = doer_of(request), page_language(request)
    stream = desk.key_of(one.caller, code)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        acting.find(one, sql, stream)
    if step in {"object", "accept", "dismiss"} and not reason.strip():
        refused = words_in(language).gettext("请写明理由，再提交")
        return _one(request, code, Said(refused=refused, status=422))
    ticket = ticket_of(one, stream.site_id, f"rules {step} {code}", key)
    steps = {
        "consent": lambda: acting.consent(one, stream, ticket),
        "object": lambda: acting.object_(one, stream, reason, ticket),
        "accept": lambda: acting.rule(one, stream, reason, ticket, accepted=True),
        "dismiss": lambda: acting.rule(one, stream, reason, ticket, accepted=False),
        "withdraw": lambda: acting.withdraw(one, stream, ticket),
    }
    if step not in steps:
        raise UnknownStream(step)
    done: Answer = steps[step]()
    if done.refused is not None:
        said = Said(refused=why(done.refused, language), typed={"reason": reason}, status=409)
        return _one(request, code, said)
    return RedirectResponse(f"/together/rules/{code}", 303)
