"""A party's own endpoint: a notice as JSON, signed as Standard Webhooks 1.0 says (standardwebhooks.com)."""

import hmac
import json
from base64 import b64encode
from dataclasses import asdict
from time import time

from services.addresses import Webhook
from services.notify.channels import Accepted, Message, Outcome, Refused, Unknown
from services.notify.outside_wire import Reply, Request

_SUCCESS = range(200, 300)
_FAILURE = range(500, 600)


def webhook_request(message: Message, address: Webhook) -> Request:
    """The request for one notice; the same delivery again has the same `webhook-id`."""
    body = json.dumps(
        {
            "type": "lianban.notice",
            "party": message.party,
            "member": message.member,
            "language": message.language,
            "why": message.why,
            "title": message.title,
            "body": message.body,
            **(asdict(message.brief) if message.brief else {}),
        },
        ensure_ascii=False,
    ).encode()
    number, stamp = f"lianban-{message.delivery_id}", str(int(time()))
    signed = f"{number}.{stamp}.".encode() + body
    sign = hmac.digest(address.key, signed, "sha256")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": number,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{b64encode(sign).decode()}",
    }
    return Request(address.url, body, headers)


def webhook_outcome(reply: Reply) -> Outcome:
    """Its status alone counts; what a stranger writes beside it is not repeated."""
    if reply.status in _SUCCESS:
        return Accepted()
    if reply.status in _FAILURE:
        return Unknown(f"The endpoint failed ({reply.status}).")
    return Refused(f"The endpoint answered {reply.status}.")
