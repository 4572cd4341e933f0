"""One contract for every Notifier that goes outside: what it says of a message is what became of it."""

import json
import logging
import socket
from collections.abc import Callable
from typing import Any

import pytest

from services.addresses import KINDS, parse_address
from services.notify.channels import Accepted, ByHand, Refused, Unknown
from services.notify.outside import Outside
from services.notify.outside_apprise import SERVICES, written
from services.notify.outside_wire import Request, Wire
from tests.integration.notify_contract.conftest import REPLIES
from tests.integration.notify_contract.far_end import Far, Http, serving
from tests.integration.notify_contract.lines import (
    ADDRESSES,
    CANARY,
    PHONE,
    Line,
    Turned,
    address_of,
    message,
)

RECORDED = [(line, reply) for line, replies in REPLIES.items() for reply in replies]


@pytest.mark.parametrize(("line", "reply"), RECORDED)
def test_what_a_service_answered_is_what_is_told(line: str, reply: dict[str, Any]) -> None:
    far = Far(reply.get("status", 200), reply["body"].encode())
    with serving(Http, far) as port:
        outcome = Outside(wire=Turned(2.0, private=True, port=port)).send(message(*address_of(line, port)))
    assert type(outcome).__name__ == reply["outcome"]
    assert reply.get("says", "") in getattr(outcome, "words", "")


def test_every_kind_that_is_served_is_under_the_contract() -> None:
    assert {kind for kind, _ in ADDRESSES.values()} | {"email", "spoken"} == set(KINDS)
    assert set(REPLIES) == set(ADDRESSES)


@pytest.mark.parametrize("line", ADDRESSES)
def test_of_every_service_an_acceptance_and_a_refusal_are_recorded(line: str) -> None:
    assert {"Accepted", "Refused"} <= {reply["outcome"] for reply in REPLIES[line]}


def test_what_is_taken_arrived_once_with_what_it_says(web: Line) -> None:
    assert web.send() == Accepted()
    assert [("AIBO5-17" in head + body.decode()) for head, body in web.far.got] == [True]


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 413, 429])
def test_a_status_below_500_that_is_no_success_is_a_refusal(web: Line, status: int) -> None:
    web.far.status = status
    assert isinstance(web.send(), Refused)
    assert len(web.far.got) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_service_that_fails_may_have_taken_it(web: Line, status: int) -> None:
    web.far.status = status
    assert isinstance(web.send(), Unknown)


@pytest.mark.parametrize("manner", ["hang", "drip", "drip_without_length", "drip_head", "cut", "reset"])
def test_a_reply_that_is_not_whole_in_time_leaves_it_unknown(web: Line, manner: str) -> None:
    # Of a reply without a body nothing could be missing.
    web.far.status, web.far.body = 200, web.far.body or b"ok"
    assert isinstance(web.send(manner), Unknown)
    assert not web.far.waited_for


NO_WORDS = [b"", b"ok", b"{}", b"[]", b"null", b'"ok"', b"<html>", b"\xff" * 70_000, b"[" * 60_000]


@pytest.mark.parametrize("body", NO_WORDS, ids=lambda body: body[:6].decode("latin-1"))
def test_a_success_without_the_services_word_is_none(wordy: Line, body: bytes) -> None:
    wordy.far.body = body
    assert isinstance(wordy.send(), Unknown)


@pytest.mark.parametrize("word", ["true", "1", "0", '"0"', '"200"', "200.0", "null", "[]", '"ok"', "1e3"])
def test_a_word_of_another_type_or_spelling_is_no_success(wordy: Line, word: str) -> None:
    own = {"true": {"telegram"}, "0": {"dingtalk", "wecom_bot", "feishu"}}
    fields = ",".join(f'"{name}":{word}' for name in ("errcode", "code", "Code", "ok", "event"))
    wordy.far.body = f"{{{fields}}}".encode()
    assert (wordy.send() == Accepted()) is (wordy.kind in own.get(word, ()))


def test_redirects_are_not_followed(web: Line) -> None:
    web.far.status, web.far.more = 307, "Location: /elsewhere\r\n"
    assert isinstance(web.send(), Refused)
    assert len(web.far.got) == 1


ECHO = (
    f"{CANARY} tk_{CANARY} {CANARY[4:]} {CANARY[:12]} {CANARY.lower()} +86{PHONE} {PHONE} fang@street.example"
)
SHADOWS = (CANARY, CANARY[4:], CANARY[:10], CANARY.lower(), PHONE, "fang@street.example")
REFUSAL = {
    "errcode": 9,
    "code": 9,
    "Code": "x",
    "ok": False,
    "event": "x",
    **dict.fromkeys(("errmsg", "msg", "Message", "error", "description"), ECHO),
}


def test_no_secret_is_in_words_or_logs_though_the_service_repeats_it(
    web: Line, everything: Callable[[], str]
) -> None:
    said = []
    for status in (200, 400, 429, 503):
        web.far.status = status
        for body in (REFUSAL, {"Response": {"Error": REFUSAL}}):
            web.far.body = json.dumps(body).encode()
            said.append(str(web.send()))
    said += [str(web.send(manner)) for manner in ("reset", "cut", "hang")]
    seen = " ".join(said) + everything()
    assert [one for one in SHADOWS if one in seen] == []


def test_a_request_does_not_show_itself() -> None:
    assert CANARY not in repr(Request(f"https://h/?{CANARY}", CANARY.encode(), {"x": CANARY}))


def test_a_service_that_nobody_reaches_was_sent_nothing(web: Line) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = Outside(wire=Turned(2.0, private=True, port=port)).send(message(web.kind, web.address))
    assert outcome == Refused("The service could not be reached; nothing was sent.")


def test_a_name_that_leads_nowhere_is_a_refusal() -> None:
    address = '{"host": "nowhere.invalid", "topic": "t"}'
    outcome = Outside(wire=Wire(2.0)).send(message("ntfy", address))
    assert outcome == Refused("The service's name leads nowhere; nothing was sent.")


def test_a_spoken_notice_waits_for_a_person() -> None:
    assert Outside().send(message("spoken", "021-12345678")) == ByHand()


@pytest.mark.parametrize("kind", ["bark", "schan", "lark", "wecom", "json", "recorder"])
def test_a_kind_that_is_not_served_is_refused_in_a_sentence(kind: str) -> None:
    outcome = Outside().send(message(kind, f"https://oapi.example/robot?token={CANARY}"))
    assert isinstance(outcome, Refused)
    assert "not served" in outcome.words
    assert CANARY not in outcome.words


def test_apprise_writes_and_neither_connects_nor_logs(everything: Callable[[], str]) -> None:
    for model in SERVICES:
        kind = next(kind for kind, one in KINDS.items() if one is model)
        request = written(message(kind, ""), parse_address(*address_of(kind, 1)))
        assert "漏水" in json.dumps(json.loads(request.body), ensure_ascii=False)
    logging.getLogger("apprise").critical("a topic")
    assert everything() == ""
