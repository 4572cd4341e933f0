"""Signatures, against the providers' own worked examples, and as their servers check them."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from services.addresses import BadAddress, DingTalk, Feishu, Sms, Webhook, parse_address
from services.gateways import Aliyun, Tencent
from services.notify.channels import Message
from services.notify.outside_apprise import written
from services.notify.outside_sms import aliyun_signed, sms_request, tencent_signed
from services.notify.outside_webhook import webhook_request
from services.notify.wording import Brief

BRIEF = Brief("AIBO5-17", "一间名字特别特别特别特别特别特别长的乒乓房", "请主办", "11月24日 周二 17:30")
ALIYUN = Aliyun.model_validate(
    {"key_id": "YourAccessKeyId", "key_secret": "YourAccessKeySecret", "sign": "联办", "template": "SMS_1"}
)
TENCENT = Tencent.model_validate(
    {
        "key_id": "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        "key_secret": "Gu5t9xGARNpq86cd98joQYCOEXAMPLE",
        "app": "1400006666",
        "sign": "联办",
        "template": "449739",
    }
)


def message(kind: str, **more: Any) -> Message:
    plain = Message(
        *(7, 1, 17, "property", "tang", kind, "", "zh"),
        why=("dispatched.lead",),
        title="AIBO5-17 请主办",
        body="乒乓房 · 漏水",
        brief=BRIEF,
    )
    return replace(plain, **more)


def test_aliyuns_signature_is_that_of_its_own_example() -> None:
    query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    request = aliyun_signed(
        ALIYUN,
        query,
        datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        "3156853299f313e23d1673dc12e1703d",
        host="ecs.cn-shanghai.aliyuncs.com",
        action=("RunInstances", "2014-05-26"),
    )
    assert request.headers["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tencents_signature_is_over_what_its_own_example_signs() -> None:
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    request = tencent_signed(
        TENCENT,
        body,
        datetime.fromtimestamp(1551113065, UTC),
        {},
        service=("cvm.tencentcloudapi.com", "DescribeInstances", "2017-03-12"),
    )
    # The example's secret is masked; the hash of what is signed is not.
    known = "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
    to_sign = f"TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n{known}"
    key = b"TC3" + TENCENT.key_secret.get_secret_value().encode()
    for part in ("2019-02-25", "cvm", "tc3_request", to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    assert request.headers["Authorization"].endswith(f"Signature={key.hex()}")


def test_an_sms_carries_the_templates_parameters_and_no_free_text() -> None:
    request, _ = sms_request(message("sms"), "+8613800000000", ALIYUN)
    asked = {key: values[0] for key, values in parse_qs(urlsplit(request.url).query).items()}
    assert json.loads(asked["TemplateParam"]) == {
        "code": "AIBO5-17",
        "room": BRIEF.room[:20],
        "what": "请主办",
        "due": "11月24日 周二 17:30",
    }
    assert (asked["PhoneNumbers"], request.body) == ("13800000000", b"")


def test_tencent_gets_the_parameters_in_their_order() -> None:
    request, _ = sms_request(message("sms"), "+8613800000000", TENCENT)
    sent = json.loads(request.body)
    assert sent["TemplateParamSet"] == ["AIBO5-17", BRIEF.room[:20], "请主办", "11月24日 周二 17:30"]
    assert (sent["PhoneNumberSet"], request.headers["x-tc-action"]) == (["+8613800000000"], "SendSms")


def test_a_message_without_parameters_is_not_made_into_an_sms() -> None:
    with pytest.raises(BadAddress, match="no parameters"):
        sms_request(message("sms", brief=None), "+8613800000000", ALIYUN)


def test_dingtalk_gets_a_signature_that_its_server_finds_right() -> None:
    address = DingTalk.model_validate({"token": "a1b2", "secret": "SECabc"})
    asked = parse_qs(urlsplit(written(message("dingtalk"), address).url).query, strict_parsing=True)
    signed = hmac.digest(b"SECabc", f"{asked['timestamp'][0]}\nSECabc".encode(), "sha256")
    assert base64.b64decode(asked["sign"][0], validate=True) == signed


def test_feishu_gets_a_signature_that_its_server_finds_right() -> None:
    address = Feishu.model_validate({"token": "a1-b2", "secret": "abc"})
    sent = json.loads(written(message("feishu"), address).body)
    signed = hmac.digest(f"{sent['timestamp']}\nabc".encode(), b"", "sha256")
    assert base64.b64decode(sent["sign"], validate=True) == signed
    assert (sent["msg_type"], len(sent["timestamp"])) == ("text", 10)


def test_a_robot_without_a_secret_is_sent_no_signature() -> None:
    address = DingTalk.model_validate({"token": "a1b2"})
    assert (
        written(message("dingtalk"), address).url == "https://oapi.dingtalk.com/robot/send?access_token=a1b2"
    )


KEY = bytes(range(200, 232))
IN_BASE64 = f"whsec_{base64.b64encode(KEY).decode()}"


@pytest.mark.parametrize(("secret", "key"), [("0123456789abcdef", b"0123456789abcdef"), (IN_BASE64, KEY)])
def test_a_webhook_is_signed_as_standard_webhooks_has_it(secret: str, key: bytes) -> None:
    address = Webhook.model_validate({"url": "https://party.example/hook", "secret": secret})
    request = webhook_request(message("webhook"), address)
    sent = request.headers
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + request.body
    wanted = base64.b64encode(hmac.digest(key, signed, sha256)).decode()
    assert (sent["webhook-id"], sent["webhook-signature"]) == ("lianban-7", f"v1,{wanted}")


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "whsec_no base64 at all, however long it may be"])
def test_a_key_of_standard_webhooks_that_is_none_is_refused_in_words(secret: str) -> None:
    text = json.dumps({"url": "https://party.example/hook", "secret": secret})
    with pytest.raises(BadAddress, match="channel's secret: write whsec_ and 24 to 64 bytes in base64"):
        parse_address("webhook", text)


@pytest.mark.parametrize(
    ("kind", "address", "url"),
    [
        ("wecom_bot", '{"key": "k-1"}', "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1"),
        ("feishu", '{"token": "t-1"}', "https://open.feishu.cn/open-apis/bot/v2/hook/t-1/"),
        ("telegram", '{"token": "1234567890:a_b-cdefghijklmnopqrstuvwxyz012345", "chat": "4"}', None),
        ("pushplus", '{"token": "abcdefabcdefabcdefabcdefabcdefab"}', "https://www.pushplus.plus/send"),
        ("ntfy", '{"host": "ntfy.example", "topic": "t"}', "https://ntfy.example"),
    ],
)
def test_each_service_is_reached_at_its_own_address(kind: str, address: str, url: str | None) -> None:
    request = written(message(kind), parse_address(kind, address))
    assert request.url == (
        url or "https://api.telegram.org/bot1234567890:a_b-cdefghijklmnopqrstuvwxyz012345/sendMessage"
    )


def test_a_number_is_known_by_its_country() -> None:
    assert Sms(number="138 0000-0000").number == "+8613800000000"
