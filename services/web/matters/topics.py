"""The addresses of deliberation for members, and what their forms send."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated
from uuid import uuid4

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.matters.topics.decide import may_lead
from models.domain.matters.topics.state import Stance
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import SITE_CODE, ReportBody
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters.kit import Doer
from services.matters.topics import acting
from services.matters.topics.acting import NewTopic
from services.store.contexts import read_sites
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import name_of
from services.web.forms import NotRecorded
from services.web.matters.kit import NOTHING, MatterPath, Said, doer_of, need_done, ticket_of, typed_in
from services.web.matters.topics_shown import list_values, topic_values
from services.web.pages import page_language, render

router = APIRouter(prefix="/topics", include_in_schema=False, default_response_class=HTMLResponse)

MOST_FIELDS = 2100
ROWS = 3
"""Orders that the form of carrying out has room for."""
LONGEST_TITLE = 120
_Fields = Mapping[str, str]


@router.get("")
def topics_page(request: Request) -> HTMLResponse:
    """What is deliberated."""
    return render(request, "matters/topics.html", list_values(doer_of(request), page_language(request)))


@router.get("/new")
def new_page(
    request: Request,
    site: Annotated[str, Query(pattern=f"^$|{SITE_CODE}")] = "",
    order: Annotated[str, Query(max_length=60)] = "",
) -> HTMLResponse:
    """The form of a proposal; `order` is where it comes from."""
    return _new(request, site or order.partition("-")[0], Said(typed={"order": order}))


def _new(request: Request, site: str, said: Said) -> HTMLResponse:
    one, language = doer_of(request), page_language(request)
    sites = one.caller.sites_where(Permission.SAY_OPINION)
    if not sites or (site and one.caller.sites.get(site) not in sites):
        raise NotPermitted
    site_id = one.caller.sites[site] if site else sites[0]
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = read_sites(sql, [site_id])[site_id]
        context = one.shop.contexts.of(sql, found)
    values = {
        "site": found,
        "sites": [code for code, number in sorted(one.caller.sites.items()) if number in sites],
        "rooms": [(space.code, name_of(space, language)) for space in context.site.spaces.values()],
        "leads": may_lead(one.caller.at(site_id), context),
        "key": uuid4().hex,
        "said": said,
        "action": "/topics/new",
        "back": "/topics",
    }
    return render(request, "matters/topic_new.html", values, said.status)


@router.post("/new")
async def propose(request: Request) -> Response:
    """提议."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_propose, request, form)


def _propose(request: Request, form: FormData) -> Response:
    one, said = doer_of(request), typed_in(form)
    site = said.get("site", "")
    if site not in one.caller.sites:
        raise UnknownStream(site)
    try:
        new = new_topic(request, said, desk.key_of(one.caller, said["order"]) if said.get("order") else None)
        ticket = ticket_of(one, one.caller.sites[site], "topic", said.get("key", ""))
        key, answer = acting.propose(one, one.caller.sites[site], new, ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        return _new(request, site, Said(refused=refusal.words, typed=said, status=refusal.status))
    return RedirectResponse(f"/topics/{site}-{key.stream_id}?did=proposed", 303)


def new_topic(request: Request, said: _Fields, order: StreamKey | None = None) -> NewTopic:
    """What the form of a proposal says. Raises NotRecorded."""
    _ = words_in(page_language(request)).gettext
    title, words = said.get("title", "").strip(), said.get("words", "").strip()
    if not title or not words or len(title) > LONGEST_TITLE:
        raise NotRecorded(_("请写一个题目（120 字以内），再说说想商量什么"), 422)
    lasts = timedelta(days=number_of(request, said["days"])) if said.get("days") else None
    return NewTopic(title, words, said.get("space", ""), lasts, order)


@router.get("/{code}")
def topic_page(
    request: Request, code: MatterPath, did: Annotated[str, Query(max_length=12)] = ""
) -> HTMLResponse:
    """One topic."""
    _ = words_in(page_language(request)).gettext
    good = {
        "proposed": _("已提议"),
        "take-up": _("已列入议事，开始征集意见"),
        "opinion": _("意见已记下；再说一次，会代替这一条"),
        "take-back": _("已收回。"),
        "hide": _("已处理，理由公开"),
        "group": _("已归并"),
        "answer": _("已回应"),
        "consensus": _("共识已公示"),
        "carry-out": _("已落实，工单已派出"),
    }
    return _shown(request, code, Said(good=good.get(did, _("已记下")) if did else ""))


def _shown(request: Request, code: str, said: Said = NOTHING) -> HTMLResponse:
    one, language = doer_of(request), page_language(request)
    values = topic_values(one, desk.key_of(one.caller, code), language, said)
    return render(request, "matters/topic.html", {**values, "rows": range(1, ROWS + 1)}, said.status)


@router.post("/{code}/{step}")
async def act(request: Request, code: MatterPath, step: str) -> Response:
    """A step of the topic."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_act, request, (code, step), form)


def _act(request: Request, at: tuple[str, str], form: FormData) -> Response:
    (code, step), one, said = at, doer_of(request), typed_in(form)
    key = desk.key_of(one.caller, code)
    acting.found_topic(one, key)
    if step not in _STEPS:
        raise UnknownStream(step)
    try:
        ticket = ticket_of(one, key.site_id, f"topic {step} {code}", said.get("key", ""))
        answer = _STEPS[step](_Step(request, one, key, said, form), ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        return _shown(request, code, Said(refused=refusal.words, typed=said, status=refusal.status))
    return RedirectResponse(f"/topics/{code}?did={step}", 303)


class _Step:
    """A form that was sent to a topic."""

    def __init__(self, request: Request, one: Doer, key: StreamKey, said: _Fields, form: FormData) -> None:
        self.request, self.one, self.key, self.said, self.form = request, one, key, said, form

    def words(self, name: str = "words") -> str:
        """What has to be said. Raises NotRecorded where it is not."""
        words = self.said.get(name, "").strip()
        if not words:
            _ = words_in(page_language(self.request)).gettext
            raise NotRecorded(_("请先写几个字，再提交"), 422)
        return words

    def days(self) -> timedelta:
        """For so long."""
        return timedelta(days=number_of(self.request, self.said.get("days", "")))

    def reports(self) -> list[ReportBody]:
        """The rows that were filled in."""
        return [
            ReportBody.model_validate(
                {
                    "space": self.said.get(f"space{row}", ""),
                    "category": self.said.get(f"category{row}") or None,
                    "description": self.said[f"what{row}"],
                }
            )
            for row in range(1, ROWS + 1)
            if self.said.get(f"what{row}", "").strip()
        ]


def stance_of(request: Request, said: _Fields) -> Stance:
    """Raises NotRecorded where none was chosen."""
    if said.get("stance") not in set(Stance):
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("请先选赞成、反对或建议"), 422)
    return Stance(said["stance"])


def _say(it: _Step, ticket: Ticket | None) -> Answer:
    words = it.said.get("words", "").strip() or None
    return acting.say(it.one, it.key, stance_of(it.request, it.said), words, ticket)


def _group(it: _Step, ticket: Ticket | None) -> Answer:
    chosen = [str(one) for one in it.form.getlist("opinion")]
    return acting.group(it.one, it.key, chosen, it.words("heading"), ticket)


def _agree(it: _Step, ticket: Ticket | None) -> Answer:
    present = number_of(it.request, it.said.get("present", ""))
    return acting.agree(it.one, it.key, it.words(), (present, it.days()), ticket)


def _carry_out(it: _Step, ticket: Ticket | None) -> Answer:
    try:
        reports = it.reports()
    except ValidationError:
        _ = words_in(page_language(it.request)).gettext
        raise NotRecorded(_("请给每张工单选一个房间"), 422) from None
    return acting.carry_out(it.one, it.key, reports, ticket)[1]


_STEPS: Mapping[str, Callable[[_Step, Ticket | None], Answer]] = {
    "take-up": lambda it, ticket: acting.take_up(it.one, it.key, it.days(), ticket),
    "decline": lambda it, ticket: acting.decline(it.one, it.key, it.words(), ticket),
    "opinion": _say,
    "take-back": lambda it, ticket: acting.take_back(it.one, it.key, ticket),
    "hide": lambda it, ticket: acting.hide(
        it.one, it.key, it.said.get("opinion", ""), it.said.get("words", "").strip() or None, ticket
    ),
    "group": _group,
    "answer": lambda it, ticket: acting.answer_group(
        it.one, it.key, it.said.get("group", ""), it.words(), ticket
    ),
    "deliberate": lambda it, ticket: acting.deliberate(it.one, it.key, ticket),
    "consensus": _agree,
    "end": lambda it, ticket: acting.end(it.one, it.key, it.words(), ticket),
    "carry-out": _carry_out,
    "review": lambda it, ticket: acting.review(
        it.one, it.key, it.words(), ticket, kept=it.said.get("kept") == "yes"
    ),
}


def number_of(request: Request, text: str) -> int:
    """Raises NotRecorded where it is none."""
    if not text.isascii() or not text.isdigit() or len(text) > len("100000"):
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("请填一个数"), 422)
    return int(text)
