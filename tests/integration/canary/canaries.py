"""Values that must turn up nowhere, and how they are looked for: plain, and in every spelling of a log."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

PHONE = "13977712345"
PASSWORD = "kanarie zingt 7431 liedjes op vrijdag"
NAME = "金丝雀王大明"
WORDS = "金丝雀的门锁密码在鞋柜里"
BOT = "c4n4ry0000111122223333444455556666777788889999aaaabbbbccccdddd0b"

SETTINGS: Mapping[str, str] = {
    "LIANBAN_SECRET_KEY": "canary-secret-key-0123456789-abcdefghijk",
    "LIANBAN_SECRET_KEYS": "canary-newest-key-0123456789-abcdefghij,canary-oldest-key-0123456789-abcdefghij",
    "LIANBAN_LEDGER_KEY": "canary-ledger-key-0123456789-abcdefghijk",
    "LIANBAN_OIDC": json.dumps(
        {
            "name": "街道",
            "issuer": "http://127.0.0.1:9/canary-issuer",
            "client_id": "canary-client-id",
            "client_secret": "canary-client-secret-77",
        }
    ),
    "LIANBAN_SMTP_URL": "smtp+insecure://canary-user:canary-mail-password@127.0.0.1:9?sender=a%40secret.example",
    "LIANBAN_SMS_URL": "aliyun://LTAIcanaryid:canary-sms-key-secret@/?sign=x&template=SMS_1",
    "LIANBAN_ALERTS": json.dumps([{"kind": "dingtalk", "token": BOT, "secret": "SECcanaryalertsecret00"}]),
    "LIANBAN_S3_KEY_ID": "AKcanarys3keyid",
    "LIANBAN_S3_SECRET": "canary-s3-secret-value",
}
OF_SETTINGS: Mapping[str, str] = {
    "secret key": SETTINGS["LIANBAN_SECRET_KEY"],
    "newest sealing key": SETTINGS["LIANBAN_SECRET_KEYS"].partition(",")[0],
    "older sealing key": SETTINGS["LIANBAN_SECRET_KEYS"].partition(",")[2],
    "ledger key": SETTINGS["LIANBAN_LEDGER_KEY"],
    "OIDC client's secret": "canary-client-secret-77",
    "mail password": "canary-mail-password",
    "SMS key": "canary-sms-key-secret",
    "alert robot's token": BOT,
    "alert robot's secret": "SECcanaryalertsecret00",
    "S3 secret": "canary-s3-secret-value",
    "database password": "canary-database-password",
    "broker password": "canary-broker-password",
}

_GATEWAY = {"provider": "aliyun", "key_id": "LTAI5", "key_secret": "c4n4ryGatewayKey", "sign": "x"}
_SERVER = {"host": "127.0.0.1", "port": 9, "user": "c4n4ryMailUser", "password": "c4n4ryMailSecret"}
CHANNELS: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("dingtalk", {"token": BOT[:-2] + "1c", "secret": "SECc4n4ryDingTalk00"}),
    ("wecom_bot", {"key": "c4n4ry00-1111-2222-3333-444455556666"}),
    ("feishu", {"token": "c4n4ry01-1111-2222-3333-444455556666", "secret": "c4n4ryFeishuSecret"}),
    (
        "ntfy",
        {"host": "127.0.0.1", "port": 9, "topic": "c4n4rytopic", "secure": False, "token": "tk_c4n4ryNtfy"},
    ),
    ("telegram", {"token": "123456789:c4n4ryTelegramTokenOf35Characters00", "chat": "4242424242"}),
    ("pushplus", {"token": "c4n4ry99992222333344445555666677"}),
    ("wxpusher", {"token": "AT_c4n4ryWxPusherToken", "user": "UID_c4n4ryWxUser"}),
    ("sms", {"number": "13977754321", "gateway": {**_GATEWAY, "template": "SMS_1"}}),
    ("email", {"to": "c4n4ry.person@secret.example", "server": {**_SERVER, "sender": "b@secret.example"}}),
    ("webhook", {"url": "http://127.0.0.1:9/hook?k=c4n4ryInTheQuery", "secret": "c4n4ryWebhookSecret00"}),
    ("spoken", {"number": "13977700000"}),
)
"""One of each kind, with every field that it has; port 9 answers nobody."""

OF_PEOPLE: Mapping[str, str] = {
    "reporter's name": NAME,
    "reporter's number": PHONE,
    "number as people write it": "139 7771 2345",
    "free words": WORDS,
    "title": "金丝雀的标题",
    "mail address": "c4n4ry.account@secret.example",
    "person of an account": "金丝雀账户人",
    "password": PASSWORD,
    "another password": "een heel ander kanarielied 9982",
    "wrong password": "canary-wrong-password-31",
    "wrong code": "C4N4-RYCO-DE00",
    "name of a file": "canary-file-name-51c",
    "words in EXIF": "canary-exif-words-a91",
    "query": "canary-in-the-query-6d",
    "header": "canary-in-a-header-2e",
    "cookie": "canary-in-a-cookie-9b",
    "browser": "CanaryBrowser-7f3a9c21",
    "idempotency key": "canary-idempotency-key-18",
    "words of a database error": "金丝雀数据库的话",
}


def addresses() -> Iterator[tuple[str, str]]:
    """Each text in the fields of the channels that is a secret, a number or a person."""
    for kind, fields in CHANNELS:
        for name, value in (*fields.items(), *_inner(fields)):
            if isinstance(value, str) and re.search(r"c4n4ry|^\d{6,}$", value):
                yield f"{kind}.{name}", value


def _inner(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for value in fields.values():
        if isinstance(value, dict):
            yield from value.items()


def spellings(value: str) -> set[str]:
    """How a value may turn up: as it is, escaped for URLs, JSON or Python, in base64 or hexadecimal."""
    raw = value.encode()
    in_base64 = {base64.b64encode(bytes(shift) + raw)[shift + 2 : -4].decode() for shift in range(3)}
    return {
        *(value, quote(value), quote(value, safe=""), quote_plus(value), raw.hex(), str(raw)[2:-1]),
        *(json.dumps(value)[1:-1], ascii(value)[1:-1], value.lower(), value.upper()),
        *(one for one in in_base64 if len(one) >= 12),
    }


def found_in(text: str, canaries: Mapping[str, str]) -> set[str]:
    """The names of the values that a text holds in any spelling; a short number counts only by itself."""
    return {
        name
        for name, value in canaries.items()
        if any(
            re.search(rf"(?<![\d.]){one}(?!\d)", text) if one.isdigit() else one in text
            for one in spellings(value)
        )
    }
