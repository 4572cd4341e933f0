"""One contract for every Notifier: what it says of a message is what became of it."""

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from apprise.plugins.pushplus import NotifyPushplus
from apprise.plugins.telegram import NotifyTelegram
from apprise.plugins.wxpusher import NotifyWxPusher
from sqlalchemy import Engine

from services.notify.addresses import MailServer
from services.notify.channels import Accepted, Message, Notifier, Outcome, Recorder, Refused, Unknown
from services.notify.outside import AppriseNotifier
from services.store.transactions import transaction
from tests.databases import empty

SECRET = "S3cretS3cretS3cretS3cretS3cretS3"
BODY = "乒乓房 · 漏水\n请贵单位主办。\nhttps://lianban.example/o/AIBO5-17"


def message(kind: str, address: str, number: int = 1) -> Message:
    return Message(
        *(number, 1, 17, "property", "tang", kind, address, "zh"),
        why=("dispatched.lead",),
        title="AIBO5-17 乒乓房 请主办",
        body=BODY,
    )


@dataclass
class Far:
    """The other end: how it answers, and what it got."""

    answer: str = "accept"
    got: list[str] = field(default_factory=list)


class Http(BaseHTTPRequestHandler):
    """Answers as the services do: some put an error code into the body of a 200."""

    far: Far
    refusal: tuple[int, Any]
    acceptance: Any

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.far.answer == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()
            return
        if self.path.endswith("/elsewhere"):
            self.far.got.append("followed a redirect")
        if self.far.answer == "accept":
            self.far.got.append(text)
        status, reply = {
            "accept": (200, self.acceptance),
            "refuse": self.refusal,
            "busy": (429, {"error": "slow down"}),
            "fail": (503, {}),
            "redirect": (307, {}),
        }[self.far.answer]
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps(reply).encode())

    def log_message(self, *_: Any) -> None:
        """Silence."""


class Smtp(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs."""

    far: Far

    def handle(self) -> None:
        if self.far.answer == "busy":
            self.say("421 too many connections")
            return
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.data()
                if self.far.answer == "reset":
                    return
            elif verb == "RCPT" and self.far.answer == "refuse":
                self.say(f"550 no such user {line}")
            else:
                self.say("250 ok")
                if verb == "QUIT":
                    return

    def data(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        if self.far.answer == "reset":
            return
        if self.far.answer == "fail":
            self.say("451 try later")
            return
        self.far.got.append("".join(lines))
        self.say("250 taken")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A connection that the test broke is no news."""


@dataclass
class Line:
    """A notifier with an address that leads to the far end."""

    notifier: Notifier
    kind: str
    address: str
    far: Far

    def send(self, answer: str = "accept") -> Outcome:
        self.far.answer = answer
        return self.notifier.send(message(self.kind, self.address))


KINDS: dict[str, tuple[tuple[int, Any], Any, Callable[[int], Any]]] = {
    "ntfy": (
        (403, {"code": 40301, "error": f"forbidden tk_{SECRET}"}),
        {"id": "x"},
        lambda port: {
            "host": "127.0.0.1",
            "port": port,
            "topic": "aibo",
            "secure": False,
            "token": f"tk_{SECRET}",
        },
    ),
    "telegram": (
        (400, {"ok": False, "description": "Bad Request: chat not found"}),
        {"ok": True},
        lambda _: {"token": f"123456789:{SECRET}abcd", "chat": "4242"},
    ),
    "pushplus": ((200, {"code": 907, "msg": "no token"}), {"code": 200}, lambda _: {"token": SECRET}),
    "wxpusher": (
        (200, {"code": 1001, "msg": "bad token"}),
        {"code": 1000},
        lambda _: {"token": f"AT_{SECRET}", "user": "UID_abc"},
    ),
}


@pytest.fixture(params=KINDS)
def web(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Each service that is reached by HTTP, its address turned to this machine."""
    kind: str = request.param
    refusal, acceptance, address = KINDS[kind]
    far = Far()
    handler = type("Handler", (Http,), {"far": far, "refusal": refusal, "acceptance": acceptance})
    with serving(Quiet(("127.0.0.1", 0), handler)) as port:
        url = f"http://127.0.0.1:{port}/bot"
        for plugin in (NotifyTelegram, NotifyPushplus, NotifyWxPusher):
            monkeypatch.setattr(plugin, "notify_url", url)
        yield Line(AppriseNotifier(), kind, json.dumps(address(port)), far)


@pytest.fixture
def mail() -> Iterator[Line]:
    far = Far()
    handler = type("Handler", (Smtp,), {"far": far})
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)) as port:
        server = {
            "host": "127.0.0.1",
            "port": port,
            "sender": "lianban@street.example",
            "security": "insecure",
        }
        address = json.dumps({"to": "fang@street.example", "server": server})
        yield Line(AppriseNotifier(), "email", address, far)


@pytest.fixture(scope="module")
def engine(migrated_url: str, worker_engine: Engine) -> Engine:
    empty(migrated_url)
    return worker_engine


class Kept(Far):
    """The recorder's far end is a table."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine

    def __getattribute__(self, name: str) -> Any:
        if name != "got":
            return super().__getattribute__(name)
        with transaction(self.engine) as sql:
            rows = sql.execute("SELECT title || E'\n' || body FROM phone WHERE delivery_id = 1").fetchall()
        return [row[0] for row in rows]


@pytest.fixture
def recorder(engine: Engine) -> Line:
    with transaction(engine) as sql:
        sql.execute("DELETE FROM phone WHERE delivery_id = 1")
    return Line(Recorder(engine), "recorder", "值班电话", Kept(engine))


def accepts(line: Line) -> None:
    assert line.send() == Accepted()
    assert len(line.far.got) == 1


@pytest.mark.parametrize("name", ["mail", "recorder"])
def test_what_the_far_end_took_is_accepted(name: str, request: pytest.FixtureRequest) -> None:
    accepts(request.getfixturevalue(name))


def test_what_a_service_took_is_accepted(web: Line) -> None:
    accepts(web)
    assert all(
        part in json.dumps(json.loads(web.far.got[0]), ensure_ascii=False) for part in ("请主办", "漏水")
    )


def test_an_error_in_the_body_of_a_200_is_a_refusal(web: Line) -> None:
    assert isinstance(web.send("refuse"), Refused)


def test_too_many_requests_are_a_refusal(web: Line) -> None:
    assert isinstance(web.send("busy"), Refused)


def test_a_failing_service_may_have_taken_it(web: Line) -> None:
    assert isinstance(web.send("fail"), Unknown)


def test_a_connection_that_broke_leaves_it_unknown(web: Line) -> None:
    assert isinstance(web.send("reset"), Unknown)


def test_redirects_are_not_followed(web: Line) -> None:
    assert isinstance(web.send("redirect"), Refused)
    assert web.far.got == []


def test_no_secret_is_in_words_or_logs(web: Line, caplog: pytest.LogCaptureFixture) -> None:
    said = [str(web.send(answer)) for answer in ("accept", "refuse", "busy", "fail", "reset", "redirect")]
    for secret in (SECRET, "4242", "aibo", "UID_abc"):
        assert secret not in " ".join(said) + caplog.text


def test_a_service_that_nobody_reaches_refuses() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = json.dumps({"host": "127.0.0.1", "port": port, "topic": "t", "secure": False})
    assert isinstance(AppriseNotifier().send(message("ntfy", address)), Refused)


def test_mail_has_one_stable_id_and_no_other(mail: Line) -> None:
    mail.send()
    ids = [row for row in mail.far.got[0].splitlines() if row.lower().startswith("message-id:")]
    assert ids == ["Message-ID: <lianban-1@street.example>"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("refuse", Refused("The mail server refused the recipient (550).")),
        ("fail", Refused("The mail server refused it (451).")),
        ("busy", Refused("The mail server answered 421 before it had the message.")),
    ],
)
def test_a_mail_servers_refusal_is_told_without_the_address(
    mail: Line, answer: str, outcome: Outcome
) -> None:
    assert mail.send(answer) == outcome


def test_mail_that_broke_off_after_the_text_is_unknown(mail: Line) -> None:
    assert isinstance(mail.send("reset"), Unknown)


def test_a_plain_address_goes_by_the_installations_mail_server(mail: Line) -> None:
    server = MailServer.model_validate(json.loads(mail.address)["server"])
    assert AppriseNotifier(server).send(message("email", "fang@street.example")) == Accepted()
    assert isinstance(AppriseNotifier().send(message("email", "fang@street.example")), Refused)


@pytest.mark.parametrize("kind", ["dingtalk", "wecom_bot", "feishu", "recorder", "json"])
def test_a_kind_that_is_not_served_is_refused_in_a_sentence(kind: str) -> None:
    outcome = AppriseNotifier().send(message(kind, "https://oapi.example/robot?token=x"))
    assert isinstance(outcome, Refused)
    assert "not served" in outcome.words


def test_the_recorder_keeps_a_delivery_once(recorder: Line) -> None:
    recorder.send()
    recorder.send()
    assert recorder.far.got == [f"AIBO5-17 乒乓房 请主办\n{BODY}"]
