"""Where one's notices go: to see, to change, and to try, with what the service really answers."""

import json
from collections.abc import Callable
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.addresses import KINDS, BadAddress, parse_address
from services.callers import NotPermitted
from services.notify import channel_settings
from services.notify.channels import RECORDER, Accepted, ByHand, Notifier, Outcome, Refused, Unknown
from services.notify.duty import Place
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.web.dispatching.own_party import own_place, read_own
from services.web.pages import page_language, render, settings_of, shop_of

router = APIRouter(prefix="/channels", include_in_schema=False, default_response_class=HTMLResponse)
HANDS = CapacityLimiter(2)
"""Threads that wait for services: a trial may take some seconds."""


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


NAMES = {
    "sms": (_("短信"), _("手机号，如 13812345678")),
    "email": (_("电子邮件"), _("邮箱地址")),
    "wecom_bot": (_("企业微信群机器人"), _("机器人的 key")),
    "dingtalk": (_("钉钉群机器人"), _("机器人的 token，或 JSON")),
    "feishu": (_("飞书群机器人"), _("机器人的 token，或 JSON")),
    "pushplus": ("PushPlus", _("token")),
    "wxpusher": ("WxPusher", _("UID 或 JSON")),
    "ntfy": ("ntfy", _("主题名")),
    "telegram": ("Telegram", _("JSON：token 与 chat")),
    "webhook": (_("网络回调"), _("JSON：url 与 secret")),
    "spoken": (_("电话人工转告"), _("要拨的号码")),
    RECORDER: (_("只留存，不外发"), ""),
}


@router.get("")
def channels_page(request: Request) -> HTMLResponse:
    """One's own channels, and the party's."""
    return _page(request)


def _page(request: Request, status: int = 200, **said: str | int | bool) -> HTMLResponse:
    place = own_place(request)
    with transaction(shop_of(request).engine, [place.site_id]) as sql:
        own = read_own(sql, request, place)
        listed = channel_settings.channels_of(sql, place, own.member)
    say = words_in(page_language(request)).gettext
    kinds = [(kind, say(NAMES[kind][0]), say(NAMES[kind][1])) for kind in NAMES if kind in KINDS]
    names = {kind: say(words[0]) for kind, words in NAMES.items()}
    values = {"own": own, "channels": listed, "kinds": kinds, "names": names, "said": said}
    return render(request, "dispatching/channels.html", values, status)


def _mine(request: Request) -> tuple[Place, str | None]:
    place = own_place(request)
    with transaction(shop_of(request).engine, [place.site_id]) as sql:
        return place, read_own(sql, request, place).member


@router.post("")
def add_channel(
    request: Request,
    whose: Annotated[str, Form(max_length=10)] = "own",
    kind: Annotated[str, Form(max_length=20)] = "",
    address: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Add one, tried after the others."""
    place, member = _mine(request)
    try:
        address = _written(kind, address)
        parse_address(kind, address)
        with transaction(shop_of(request).engine, [place.site_id]) as sql:
            channel_settings.add(sql, place, member if whose == "own" else None, kind, address)
    except BadAddress:
        say = words_in(page_language(request)).gettext
        words = say(_("这个地址这种渠道用不了，请照说明核对后再加"))
        return _page(request, 422, refused=words, kind=kind, address=address, whose=whose)
    return RedirectResponse("/channels", 303)


def _written(kind: str, typed: str) -> str:
    """A robot's key alone is enough: the kind knows what it is the address of."""
    model, text = KINDS.get(kind), typed.strip()
    if model is None or model.plain is not None or text.startswith("{") or len(model.reaches) != 1:
        return text
    return json.dumps({model.reaches[0]: text})


@router.post("/{number}/drop")
def drop_channel(request: Request, number: int) -> Response:
    """Take one away."""
    place, member = _mine(request)
    with transaction(shop_of(request).engine, [place.site_id]) as sql:
        channel_settings.drop(sql, place, member, number)
    return RedirectResponse("/channels", 303)


@router.post("/{number}/test")
async def try_channel(request: Request, number: int) -> Response:
    """Send me a test; the page shows what the service answered."""
    return await to_thread.run_sync(_try, request, number, limiter=HANDS)


def _try(request: Request, number: int) -> Response:
    place, member = _mine(request)
    say = words_in(page_language(request)).gettext
    words = (say(_("联办：测试消息")), say(_("这是一条测试。收到它，说明提醒能送到您这里。")))
    with transaction(shop_of(request).engine, [place.site_id]) as sql:
        message = channel_settings.trial(sql, place, member, number, words)
    if message is None:
        raise NotPermitted
    if message.kind == RECORDER:
        answer = say(_("这个渠道只把消息留存在系统里，不会发到手机"))
        return _page(request, tried=number, good=False, answer=answer)
    outcome = _notifier(request).send(message)
    return _page(request, tried=number, good=isinstance(outcome, Accepted), answer=_told(outcome, say))


def _notifier(request: Request) -> Notifier:
    given: Notifier | None = getattr(request.app.state, "notifier", None)
    if given is not None:
        return given
    from services.notify.outside import Outside  # noqa: PLC0415 - 30 MB, only where something goes out

    return Outside.told(settings_of(request))


def _told(outcome: Outcome, say: Callable[[str], str]) -> str:
    """What the service answered, in its own words where it had any."""
    match outcome:
        case Accepted():
            return say(_("服务已收下，请看手机"))
        case Refused(words):
            return say(_("服务拒收：{words}")).format(words=words)
        case Unknown(words):
            return say(_("没有答复，不知道送到没有：{words}")).format(words=words)
        case ByHand():
            return say(_("这个渠道靠人打电话，机器不发"))
