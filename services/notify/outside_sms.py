"""Text messages by approved templates: what goes out is four typed parameters, never a text of ours.

阿里云: SendSms of dysmsapi 2017-05-25, signed ACS3-HMAC-SHA256. 腾讯云: SendSms of sms 2021-01-11, signed
TC3-HMAC-SHA256. Both answer HTTP 200 for most refusals.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any
from urllib.parse import quote, urlencode

from services.addresses import BadAddress
from services.gateways import Aliyun, Tencent
from services.notify.channels import Message
from services.notify.outside_reading import Reading
from services.notify.outside_wire import Request
from services.notify.wording import Brief

ALIYUN_HOST = "dysmsapi.aliyuncs.com"
TENCENT_HOST = "sms.tencentcloudapi.com"
LONGEST_PARAMETER = 20
"""Characters; both providers refuse longer ones (阿里云 above 35, 腾讯云 by template)."""

ALIYUN = Reading("Code", "OK", "Message", doubtful=("isp.SYSTEM_ERROR", "isp.UNKNOWN_ERR_CODE"))


def _only_status(data: Any) -> Any:  # noqa: ANN401 - a reply
    """The status of our one number, else the error of the whole request."""
    answer = data["Response"]
    if "Error" in answer:
        return answer["Error"]
    (status,) = answer["SendStatusSet"]
    return status


TENCENT = Reading("Code", "Ok", "Message", doubtful=("InternalError.Timeout",), inner=_only_status)


def sms_request(
    message: Message, number: str, gateway: Aliyun | Tencent, now: datetime | None = None
) -> tuple[Request, Reading]:
    """The request that sends one message, and how its reply is read.

    Raises:
        BadAddress: the message has no parameters.
    """
    if message.brief is None:
        raise BadAddress("The message has no parameters for an SMS template.")
    at = now or datetime.now(UTC)
    values = _parameters(message.brief)
    if isinstance(gateway, Aliyun):
        query = {
            "PhoneNumbers": number.removeprefix("+86").removeprefix("+"),
            "SignName": gateway.sign,
            "TemplateCode": gateway.template,
            "TemplateParam": json.dumps(values, ensure_ascii=False),
            "OutId": f"lianban-{message.delivery_id}",
        }
        return aliyun_signed(gateway, query, at, token_hex(16)), ALIYUN
    body = {
        "PhoneNumberSet": [number],
        "SmsSdkAppId": gateway.app,
        "SignName": gateway.sign,
        "TemplateId": gateway.template,
        "TemplateParamSet": list(values.values()),
        "SessionContext": f"lianban-{message.delivery_id}",
    }
    more = {"X-TC-Region": gateway.region}
    return tencent_signed(gateway, json.dumps(body).encode(), at, more), TENCENT


def _parameters(brief: Brief) -> dict[str, str]:
    return {name: " ".join(text.split())[:LONGEST_PARAMETER] or "-" for name, text in asdict(brief).items()}


def aliyun_signed(
    gateway: Aliyun,
    query: Mapping[str, str],
    at: datetime,
    nonce: str,
    *,
    host: str = ALIYUN_HOST,
    action: tuple[str, str] = ("SendSms", "2017-05-25"),
) -> Request:
    """An RPC call as signature version 3 has it: parameters in the query, an empty body."""
    asked = urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")
    headers = {
        "host": host,
        "x-acs-action": action[0],
        "x-acs-content-sha256": sha256(b"").hexdigest(),
        "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": action[1],
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(("POST", "/", asked, lines, names, headers["x-acs-content-sha256"]))
    to_sign = f"ACS3-HMAC-SHA256\n{sha256(canonical.encode()).hexdigest()}"
    sign = _hmac(gateway.key_secret.get_secret_value().encode(), to_sign).hex()
    credential = gateway.key_id.get_secret_value()
    headers["Authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={sign}"
    )
    return Request(f"https://{host}/?{asked}", b"", headers)


def tencent_signed(
    gateway: Tencent,
    body: bytes,
    at: datetime,
    more: Mapping[str, str],
    *,
    service: tuple[str, str, str] = (TENCENT_HOST, "SendSms", "2021-01-11"),
) -> Request:
    """A call as signature version TC3 has it: host, action, version; `more` headers are not signed."""
    host, action, version = service
    headers = {
        "content-type": "application/json; charset=utf-8",
        "host": host,
        "x-tc-action": action.lower(),
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(("POST", "/", "", lines, names, sha256(body).hexdigest()))
    stamp, day, product = str(int(at.timestamp())), f"{at.astimezone(UTC):%Y-%m-%d}", host.partition(".")[0]
    scope = f"{day}/{product}/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{gateway.key_secret.get_secret_value()}".encode()
    for part in (day, product, "tc3_request"):
        key = _hmac(key, part)
    credential = f"{gateway.key_id.get_secret_value()}/{scope}"
    sign = _hmac(key, to_sign).hex()
    headers |= {
        "x-tc-action": action,
        "X-TC-Version": version,
        "X-TC-Timestamp": stamp,
        "Authorization": f"TC3-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={sign}",
    }
    return Request(f"https://{host}/", body, {**headers, **more})


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
