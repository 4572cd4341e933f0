"""What is logged, line by line: nothing that a value stood in comes through, by whatever way it came."""

import ast
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import structlog
from pydantic import BaseModel, ValidationError

from services.logs import FIELDS, library_words, scrubbed, set_up_logging
from services.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
VALUE = "王大明 lives at 201"
LOGGING = {("log", name) for name in ("debug", "info", "warning", "error", "exception")}
SAMPLES = (
    *("13812345678", "+86 138-1234-5678", "021-55512345", "wang.daming@example.org", "lbt_" + "aB3-" * 11),
    *("eyJhbGciOiJIUzI1NiJ9x", "%E7%8E%8B%E5%A4%A7", "abcdefgh" * 4),
)


@pytest.fixture(params=["text", "json"])
def told(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str]]:
    """Logging as a server has it, at its most talkative; gives what came out since."""
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, f"__{name}__"))
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    root = logging.getLogger()
    before, level, configured = list(root.handlers), root.level, structlog.get_config()
    root.handlers.clear()
    set_up_logging(Settings.read({"LIANBAN_LOG_LEVEL": "debug", "LIANBAN_LOG_FORMAT": request.param}))
    yield lambda: capsys.readouterr().err
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**configured)


class Phone(BaseModel):
    number: int


def _pydantic() -> None:
    Phone.model_validate({"number": VALUE})


def _psycopg() -> None:
    raise psycopg.errors.CheckViolation(f"DETAIL: Failing row contains ({VALUE}).")


def _wrapped() -> None:
    try:
        _pydantic()
    except ValidationError as error:
        raise LookupError(VALUE) from error


def _grouped() -> None:
    raise ExceptionGroup(VALUE, [ValueError(VALUE), KeyError(VALUE)])


def _noted() -> None:
    error = ValueError()
    error.add_note(VALUE)
    raise error


@pytest.mark.parametrize("fail", [_pydantic, _psycopg, _wrapped, _grouped, _noted])
def test_an_exception_is_told_by_kind_and_place_and_never_by_its_message(
    told: Callable[[], str], fail: Callable[[], None]
) -> None:
    try:
        fail()
    except Exception:  # noqa: BLE001 - of any kind
        structlog.get_logger().exception("failed")
    out = told()
    assert VALUE not in out
    assert f" {fail.__name__}" in out


def test_a_field_that_is_not_listed_is_hidden(told: Callable[[], str]) -> None:
    structlog.get_logger().info("seen", reporter=VALUE, lane="route")
    out = told()
    assert VALUE not in out
    assert "route" in out


def test_a_value_begins_no_line_and_turns_none_round(told: Callable[[], str]) -> None:
    structlog.get_logger().info("seen", site="A\r\n2026-01-01 forged\u2028\u202e\x1b[31m\x00")
    out = told()
    assert len(out.splitlines()) == 1
    assert not {"\x1b", "\u202e", "\x00"} & set(out)


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_looks_like_a_number_an_address_or_a_token_is_cut_out(sample: str) -> None:
    assert sample not in scrubbed(f"before {sample} after")
    assert scrubbed(f"before {sample} after").startswith("before ")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("https://me:secret@host/path?phone=1#x", "https://…@host/path?…"),
        ("celery@engine ready.", "celery@engine ready."),
        ("lianban.order.route 17 rows", "lianban.order.route 17 rows"),
    ],
)
def test_addresses_lose_who_and_what_was_asked_and_plain_words_stay(line: str, kept: str) -> None:
    assert scrubbed(line) == kept


def _record(message: object, *given: object) -> logging.LogRecord:
    arguments = given[0] if len(given) == 1 and isinstance(given[0], dict) else given
    return logging.LogRecord("celery.app.trace", 40, __file__, 1, message, arguments or None, None)


@pytest.mark.parametrize(
    "record",
    [
        _record(
            "Task %(name)s raised: %(exc)s\n%(traceback)s", {"name": "a", "exc": VALUE, "traceback": VALUE}
        ),
        _record("failed: %r", ValueError(VALUE)),
        _record("failed: %s", f"a text with {VALUE}"),
        _record(f"Task exception was never retrieved\nfuture: <Task exception=ValueError({VALUE!r})>"),
        _record(ValueError(VALUE)),
        _record("%d rows", VALUE),
    ],
)
def test_a_librarys_line_keeps_its_fixed_words_alone(record: logging.LogRecord) -> None:
    assert VALUE not in library_words(record)


def test_an_access_log_has_the_path_and_not_what_was_asked() -> None:
    line = _record('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/o/AIBO5-1?phone=138", "1.1", 200)
    assert library_words(line) == "127.0.0.1:1 - …" or "138" not in library_words(line)


def test_a_clients_addresses_are_not_told_at_all(told: Callable[[], str]) -> None:
    logging.getLogger("httpx2").info("HTTP Request: POST https://bot.example/send?access_token=abc")
    assert told() == ""


def test_what_a_thread_dies_of_is_told_without_its_message(told: Callable[[], str]) -> None:
    def die() -> None:
        raise ValueError(VALUE)

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    out = told()
    assert "uncaught_in_thread" in out
    assert VALUE not in out


def test_a_warning_is_told_by_its_kind(told: Callable[[], str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(VALUE, UserWarning, stacklevel=1)
    assert VALUE not in told()


def _fields_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The fields of every `log.…(…)`."""
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if isinstance(call.func.value, ast.Name) and (call.func.value.id, call.func.attr) in LOGGING:
            yield from ((one.arg or "**", call.lineno) for one in call.keywords)


def test_no_line_of_ours_has_a_field_that_would_be_hidden() -> None:
    hidden = {
        f"{path.relative_to(ROOT)}:{line} {name}"
        for folder in ("services", "workers")
        for path in (ROOT / folder).rglob("*.py")
        for name, line in _fields_of(ast.parse(path.read_text(encoding="utf-8")))
        if name not in FIELDS | {"why", "exc_info"}
    }
    assert hidden == set()
