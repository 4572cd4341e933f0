"""Every Notifier with an address that leads to a far end."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from services.notify.channels import Message, Notifier, Outcome
from services.notify.outside_wire import Reply, Request, Wire
from services.notify.wording import Brief
from tests.integration.notify_contract.far_end import Far

CANARY = "SECc4n4rySECc4n4rySECc4n4rySEC00"
PHONE = "13800000000"
BODY = "乒乓房 · 漏水\n请贵单位主办。\nhttps://lianban.example/o/AIBO5-17"
BRIEF = Brief("AIBO5-17", "乒乓房", "请主办", "11月24日 周二 17:30")


def message(kind: str, address: str, **more: Any) -> Message:
    plain = Message(
        *(1, 1, 17, "property", "tang", kind, address, "zh"),
        why=("dispatched.lead",),
        title="AIBO5-17 乒乓房 请主办",
        body=BODY,
        brief=BRIEF,
    )
    return replace(plain, **more)


@dataclass(frozen=True)
class Turned(Wire):
    """A wire that leads to this machine, whatever host is asked for; all else is as it is."""

    port: int = 0

    def post(self, request: Request) -> Reply:
        path = request.url.partition("//")[2].partition("/")[2]
        return super().post(replace(request, url=f"http://127.0.0.1:{self.port}/{path}"))


@dataclass
class Line:
    notifier: Notifier
    kind: str
    address: str
    far: Far

    def send(self, manner: str = "answer", **more: Any) -> Outcome:
        self.far.manner = manner
        return self.notifier.send(message(self.kind, self.address, **more))


_ALIYUN = {"provider": "aliyun", "key_id": "LTAI5", "key_secret": CANARY, "sign": "联办", "template": "SMS_1"}
_TENCENT = {
    "provider": "tencent",
    "key_id": "AKIDz8",
    "key_secret": CANARY,
    "app": "1400006666",
    "sign": "联办",
    "template": "449739",
}

ADDRESSES: dict[str, tuple[str, Callable[[int], dict[str, Any]]]] = {
    "dingtalk": ("dingtalk", lambda _: {"token": CANARY.lower(), "secret": CANARY}),
    "wecom_bot": ("wecom_bot", lambda _: {"key": CANARY}),
    "feishu": ("feishu", lambda _: {"token": CANARY.lower(), "secret": CANARY}),
    "ntfy": (
        "ntfy",
        lambda port: {
            "host": "127.0.0.1",
            "port": port,
            "topic": "aibo",
            "secure": False,
            "token": f"tk_{CANARY}",
        },
    ),
    "telegram": ("telegram", lambda _: {"token": f"123456789:{CANARY}abc", "chat": "4242"}),
    "pushplus": ("pushplus", lambda _: {"token": CANARY}),
    "wxpusher": ("wxpusher", lambda _: {"token": f"AT_{CANARY}", "user": "UID_abc"}),
    "sms_aliyun": ("sms", lambda _: {"number": PHONE, "gateway": _ALIYUN}),
    "sms_tencent": ("sms", lambda _: {"number": PHONE, "gateway": _TENCENT}),
    "webhook": (
        "webhook",
        lambda port: {"url": f"http://127.0.0.1:{port}/hook?k={CANARY}", "secret": CANARY},
    ),
}
"""By line: the kind, and its address when the far end has this port."""


def address_of(line: str, port: int) -> tuple[str, str]:
    kind, fields = ADDRESSES[line]
    return kind, json.dumps(fields(port))
