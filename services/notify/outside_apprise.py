"""Apprise writes, we send: its plugins put the request together, the wire carries it, the reply is read.

Apprise answers True or False, takes HTTP 200 with an error code for sent (DingTalk, WeCom, Feishu), cannot be
cut off while a reply drips, and logs secrets at DEBUG. So nothing of it opens a connection here: what its
plugins call `requests` notes the request down and ends the sending.
"""

import base64
import hmac
import json
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import local
from time import time
from typing import Any, NoReturn
from urllib.parse import urlencode

import requests
from apprise import AppriseAsset, NotifyBase, NotifyFormat
from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.ntfy import NotifyNtfy
from apprise.plugins.pushplus import NotifyPushplus
from apprise.plugins.telegram import NotifyTelegram
from apprise.plugins.wecombot import NotifyWeComBot
from apprise.plugins.wxpusher import NotifyWxPusher

from services import addresses as a
from services.notify.channels import Message
from services.notify.outside_reading import Reading
from services.notify.outside_wire import Request


class _Notebook:
    """Stands in for the module `requests` in the plugins' modules: it notes down and sends nothing."""

    codes = requests.codes
    RequestException = requests.RequestException

    def __init__(self) -> None:
        self._noted = local()

    def post(self, url: str, *, data: str | bytes, headers: Mapping[str, str], **_: object) -> NoReturn:
        """Note the request down; the plugin takes the exception for a connection that failed."""
        self._noted.request = Request(url, data.encode() if isinstance(data, str) else data, dict(headers))
        raise requests.RequestException

    def taken(self) -> Request | None:
        """What this thread noted down last."""
        request: Request | None = self._noted.__dict__.pop("request", None)
        return request


def _dingtalk_signed(address: a.DingTalk, request: Request) -> Request:
    """加签 by the robot's secret, in milliseconds. Apprise's own escapes the signature twice."""
    if address.secret is None:
        return request
    secret, stamp = address.secret.get_secret_value(), str(round(time() * 1000))
    sign = urlencode({"timestamp": stamp, "sign": _hmac(secret, f"{stamp}\n{secret}")})
    return replace(request, url=f"{request.url}&{sign}")


def _feishu_signed(address: a.Feishu, request: Request) -> Request:
    """签名校验 by the robot's secret, in seconds, which Apprise does not know."""
    if address.secret is None:
        return request
    stamp = str(int(time()))
    sign = {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{address.secret.get_secret_value()}", "")}
    return replace(request, body=json.dumps(json.loads(request.body) | sign).encode())


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


@dataclass(frozen=True, slots=True)
class Service:
    """A service that Apprise writes for, and how its reply is read."""

    plugin: type[NotifyBase]
    parts: Callable[[Any], Mapping[str, Any]]
    """The plugin's arguments from the typed address."""
    reading: Reading
    signed: Callable[[Any, Request], Request] = lambda _, request: request


def _ntfy(one: a.Ntfy) -> Mapping[str, Any]:
    parts = {"host": one.host, "port": one.port, "secure": one.secure, "mode": "private"}
    token = {"token": one.token.get_secret_value(), "auth": "token"} if one.token else {}
    return {**parts, **token, "targets": [one.topic], "include_image": False}


def _telegram(one: a.Telegram) -> Mapping[str, Any]:
    return {"bot_token": one.token.get_secret_value(), "targets": [one.chat], "detect_owner": False}


def _wxpusher(one: a.WxPusher) -> Mapping[str, Any]:
    return {"token": one.token.get_secret_value(), "targets": [one.user]}


def _by_token(one: a.DingTalk | a.Feishu | a.PushPlus) -> Mapping[str, Any]:
    return {"token": one.token.get_secret_value()}


def _of_one(data: dict[str, Any]) -> dict[str, Any]:
    """Of WxPusher's reply what it says of our one recipient, once it has taken the request as a whole."""
    if data["code"] != _WXPUSHER_OK:
        return data
    (one,) = data["data"]
    return {"code": one["code"], "msg": one["status"]}


_WXPUSHER_OK = 1000
# -1 of 钉钉 and 企业微信 is 'the system is busy', of which nobody knows what it had done before.
_BOT = Reading("errcode", 0, "errmsg", doubtful=(-1,))
SERVICES: Mapping[type[a.Address], Service] = {
    a.DingTalk: Service(NotifyDingTalk, _by_token, _BOT, _dingtalk_signed),
    a.WeComBot: Service(NotifyWeComBot, lambda one: {"key": one.key.get_secret_value()}, _BOT),
    a.Feishu: Service(NotifyFeishu, _by_token, Reading("code", 0, "msg"), _feishu_signed),
    a.Ntfy: Service(NotifyNtfy, _ntfy, Reading("event", "message", "error")),
    a.Telegram: Service(NotifyTelegram, _telegram, Reading("ok", fine=True, words="description")),
    a.PushPlus: Service(NotifyPushplus, _by_token, Reading("code", 200, "msg", doubtful=(500,))),
    a.WxPusher: Service(NotifyWxPusher, _wxpusher, Reading("code", _WXPUSHER_OK, "msg", inner=_of_one)),
}
"""All that is served of Apprise; the contract tests replay what each says when it refuses."""

_NOTEBOOK = _Notebook()
_ASSET = AppriseAsset(
    app_id="lianban", async_mode=False, secure_logging=True, storage_mode="memory", http_redirects=False
)


def _muzzle() -> None:
    """Give the plugins the notebook; what Apprise logs names topics, chats and tokens, and goes nowhere."""
    for service in SERVICES.values():
        module = vars(sys.modules[service.plugin.__module__])
        if "requests" not in module:
            raise ImportError(f"{service.plugin.__name__} of this version of Apprise sends in another way.")
        module["requests"] = _NOTEBOOK
    logging.getLogger("apprise").addFilter(lambda _: False)


_muzzle()


def written(message: Message, address: a.Address) -> Request:
    """The request for one message. Raises BadAddress."""
    service = SERVICES[type(address)]
    try:
        plugin = service.plugin(**service.parts(address), asset=_ASSET, format="text")
    except (AppriseImproperlyConfigured, TypeError):
        raise a.BadAddress(
            f"The {message.kind} channel's token or address is not one of that service."
        ) from None
    plugin.notify(body=message.body, title=message.title, body_format=NotifyFormat.TEXT)
    request = _NOTEBOOK.taken()
    if request is None:
        raise a.BadAddress(f"The {message.kind} channel's address is not one of that service.")
    return service.signed(address, request)
