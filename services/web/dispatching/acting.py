"""What the forms of an order's page send: done, and back to the order; or the page again with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.personal import ContactPart
from models.domain.words import PhotoPurpose
from services import crew_links, desk
from services.execute import Answer
from services.privacy.revealing import reveal
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.events import seen_events
from services.views.found import find
from services.views.language import Language
from services.web.dispatching.fields import in_zone, is_date
from services.web.dispatching.order_forms import SHOWN
from services.web.dispatching.order_shown import Said, show_order
from services.web.forms import MOST_PHOTOS, Asked, Hands, NotRecorded, act, why
from services.web.order_page import MINOR, CodePath
from services.web.pages import caller_of, page_language, settings_of, shop_of
from services.web.pictures import PICTURE_HANDS

router = APIRouter(prefix="/o/{code}", include_in_schema=False, default_response_class=HTMLResponse)

ActionPath = Annotated[str, Path(pattern="^[a-z][a-z-]{1,30}$")]
PartyPath = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]
MOST_FIELDS = 30
OF_THE_PAGE = frozenset({"key", "seen", "back"})
BACK = frozenset({"/inbox"})
"""Pages beside the order's own that send its forms."""
MANY = frozenset({"mentions"})
"""Of these several may be chosen."""
OWN = ".own"
"""What is typed beside a list counts instead of what is chosen there."""
JUDGING = frozenset({"decide", "verify", "reject", "agree-plan"})
"""Whoever judges says it of what the page shows; of what came later it has to be said anew."""


@router.get("")
def order_page(
    request: Request, code: CodePath, did: Annotated[str, Query(max_length=30)] = ""
) -> HTMLResponse:
    """One order: what can be done now, a lane a party, and all that happened."""
    return show_order(request, code, Said(did=did))


@router.post("/act/{action}")
async def act_on_order(request: Request, code: CodePath, action: ActionPath) -> Response:
    """An action on the whole order."""
    return await _receive(request, code, action, None)


@router.post("/of/{party}/{action}")
async def act_on_assignment(
    request: Request, code: CodePath, party: PartyPath, action: ActionPath
) -> Response:
    """An action on a party's assignment."""
    return await _receive(request, code, action, party)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came: `asked` with its dates in the site's time, `typed` as the page shows it again."""

    asked: Asked
    typed: Mapping[str, str]
    seen: int


async def _receive(request: Request, code: str, action: str, party: str | None) -> Response:
    try:
        async with request.form(max_files=MOST_PHOTOS, max_fields=MOST_FIELDS) as form:
            sent = _sent(form, action, party)
            hands = PICTURE_HANDS if sent.asked.files else None
            return await to_thread.run_sync(_take, request, code, sent, limiter=hands)
    except HTTPException:
        # Starlette's, of a form with too many files; what was typed stays in the browser's own form.
        nothing = Sent(Asked(action, {}, party=party), {}, 0)
        words = words_in(page_language(request)).gettext("一次最多 5 张照片，请少选几张")
        return await to_thread.run_sync(_again, request, code, nothing, NotRecorded(words, 413))


def _sent(form: FormData, action: str, party: str | None) -> Sent:
    typed = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    fields = {name: value for name, value in typed.items() if name not in OF_THE_PAGE}
    own = {name.removesuffix(OWN): fields.pop(name) for name in list(fields) if name.endswith(OWN)}
    fields |= {name: value for name, value in own.items() if value.strip()}
    many = {name: " ".join(map(str, form.getlist(name))) for name in MANY if name in fields}
    fields, typed = fields | many, typed | many
    shown = typed.get("purpose", "") if action == "photo" else SHOWN.get(action, "")
    purpose = PhotoPurpose(shown) if shown in set(PhotoPurpose) else PhotoPurpose.OTHER
    # A browser sends an empty file where none was chosen.
    files = [one.file for one in form.getlist("photo") if isinstance(one, UploadFile) and one.size]
    seen = typed.get("seen", "")
    return Sent(
        Asked(action, fields, typed.get("key", ""), party, files if action in SHOWN else (), purpose),
        typed,
        int(seen) if seen.isdecimal() and len(seen) <= 9 else 0,  # noqa: PLR2004 - of a ledger's length
    )


def _take(request: Request, code: str, sent: Sent) -> Response:
    asked = sent.asked
    try:
        if asked.action == "reveal":
            return _reveal(request, code, sent)
        answer = _act(request, code, sent)
        if asked.action == "craftsman" and answer.recalled is None:
            return _craftsman(request, code, asked.party)
    except NotRecorded as refusal:
        return _again(request, code, sent, refusal)
    back = sent.typed.get("back")
    return RedirectResponse(f"{back if back in BACK else f'/o/{code}'}?did={asked.action}", 303)


def _hands(request: Request, asked: Asked) -> Hands:
    where = f"order {asked.party or ''}"
    caller, language = caller_of(request), page_language(request)
    return Hands(shop_of(request), settings_of(request), caller, language, where)


def _act(request: Request, code: str, sent: Sent) -> Answer:
    caller = caller_of(request)
    key = desk.key_of(caller, code)
    hands = _hands(request, sent.asked)
    with transaction(hands.shop.engine, caller.site_ids) as sql:
        zone = find(hands.shop, sql, caller, key, hands.language).zone
    if sent.asked.action in JUDGING and changes(request, code, sent.seen):
        words = words_in(hands.language).gettext("您打开页面之后，工单有了新情况；请看过再提交")
        raise NotRecorded(words, 409)
    fields = {
        name: in_zone(value, zone) if is_date(name) else value for name, value in sent.asked.fields.items()
    }
    return act(hands, key, _with(sent.asked, fields))


def _with(asked: Asked, fields: Mapping[str, str]) -> Asked:
    return Asked(asked.action, fields, asked.key, asked.party, asked.files, asked.purpose)


def _craftsman(request: Request, code: str, party: str | None) -> Response:
    """The link that opens this order alone, shown this once; the party's other links revoke it, too."""
    key = desk.key_of(caller_of(request), code)
    name = f"{words_in(page_language(request)).gettext('维修师傅')} {code}"
    with transaction(shop_of(request).engine, [key.site_id]) as sql:
        wanted = crew_links.For(key.site_id, party or "", name, only=key.stream_id)
        address = crew_links.create(sql, wanted, settings_of(request).public_url)
    return show_order(request, code, Said(did="craftsman", link=address))


def _reveal(request: Request, code: str, sent: Sent) -> Response:
    """The contact in full, on this page alone: it stands in no address and is not there after a reload."""
    hands, reason = _hands(request, sent.asked), sent.asked.fields.get("reason", "").strip()
    language: Language = hands.language
    if not reason:
        raise NotRecorded(words_in(language).gettext("还有没填的内容，请补上再提交"), 422)
    key = desk.key_of(hands.caller, code)
    answer, contact = reveal(hands.shop, hands.caller, key, (set(ContactPart), reason))
    if answer.refused is not None:
        with transaction(hands.shop.engine, hands.caller.site_ids) as sql:
            found = find(hands.shop, sql, hands.caller, key, language)
        raise NotRecorded(why(answer.refused, found), 409)
    return show_order(request, code, Said(contact=contact))


def _again(request: Request, code: str, sent: Sent, refusal: NotRecorded) -> Response:
    """The page as it is now, with why nothing was recorded, what happened since, and what was typed."""
    asked = sent.asked
    said = Said(
        refused=refusal.words,
        form=f"{asked.action}-{asked.party}" if asked.party else asked.action,
        typed=sent.typed,
        since=changes(request, code, sent.seen) if refusal.status == 409 else [],  # noqa: PLR2004 - HTTP
    )
    return show_order(request, code, said, refusal.status)


def changes(request: Request, code: str, seen: int) -> list[str]:
    """What happened since the page was made, in sentences; nothing where the page did not say when."""
    if not seen:
        return []
    shop, caller = shop_of(request), caller_of(request)
    key = desk.key_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        found = find(shop, sql, caller, key, page_language(request))
        events = seen_events(sql, found, caller.at(key.site_id), after=seen)
    return [one.text for one in events if one.type not in MINOR]
