"""What a process says of itself: everything that it logs passes here, and values do not.

Not by looking for secrets, of which one can always be missed, but by what is let through: of our own lines
the fields that are listed, of libraries' lines their fixed words with plain arguments, of an exception its
kind and the places that it passed, never its message. Patterns (numbers, mail addresses, tokens, queries)
come last.
"""

import logging
import re
import sys
import threading
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from services.settings import Settings
from services.store.failures import ROOT, words_of

FIELDS = frozenset(
    {
        *(
            "attempts",
            "category",
            "contacts",
            "count",
            "deliveries",
            "delivery",
            "endpoint",
            "error",
            "happenings",
        ),
        *("help", "key", "kind", "lane", "lanes", "library", "message", "name"),
        *("notice", "order", "outcome", "party", "pictures", "place", "queue", "reason", "role", "row"),
        *("seconds", "site", "size", "state", "status", "stream", "tasks", "words"),
    }
)
"""Fields of our own lines that hold codes and numbers; one that is not here is logged as hidden."""
HIDDEN = "…"
LOQUACIOUS = ("uvicorn", "celery", "alembic")
"""Libraries that say when they start and stop; all others are heard from warnings on."""
MOST_FRAMES = 30

_NUMBER = re.compile(r"(?<![\d.])\d(?:[ -]?\d){7,}")
_MAIL = re.compile(r"[^\s@'\"<>=/]+@[\w-]+(?:\.[\w-]+)+")
_USER = re.compile(r"(?<=://)[^\s/@]*@")
_QUERY = re.compile(r"(?<=[?#])[^\s]+")
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_TOKEN = re.compile(r"(?<![\w-])(?:[a-z2-7]{32}(?![\w-])|(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,})")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PLAIN = re.compile(r"[!#-&(-~]{1,200}")
"""One word of ASCII without quotes: a path, an address, the name of a task."""
_CONFUSING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that begin a line, turn it round, or cannot be seen."""


def set_up_logging(settings: Settings) -> None:
    """Log to standard error: lines for people, or JSON."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    as_json = settings.log_format == "json"
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _listed,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(lambda given: "\n".join(_trace(given[1]))),
            structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else plain,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Error(),
        cache_logger_on_first_use=True,
    )
    heard = _Libraries(max(level, logging.INFO))
    logging.basicConfig(level=heard.level, handlers=[heard])
    logging.raiseExceptions = False  # a line that cannot be written is not shown with its arguments either
    for name in ("uvicorn", "uvicorn.access"):  # it has set up its own by the time that we are asked
        if logging.getLogger(name).handlers:
            logging.getLogger(name).handlers = [heard]
    _take_hooks()


class _Error:
    """Standard error as it is at the time."""

    def msg(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - the one place that writes the log

    debug = info = warning = error = critical = msg


class _Libraries(logging.Handler):
    """Lines of libraries, told as ours are."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one, unless it is chatter."""
        if record.levelno < logging.WARNING and not record.name.startswith(LOQUACIOUS):
            return
        level = min(record.levelno // 10 * 10, logging.CRITICAL)  # some have levels of their own in between
        said = library_words(record)
        structlog.get_logger().log(level, said, library=record.name, exc_info=record.exc_info or None)


def library_words(record: logging.LogRecord) -> str:
    """The fixed words of a library's line, with those arguments that are plain."""
    if isinstance(record.msg, BaseException):
        return words_of(record.msg)
    given, template = record.args, str(record.msg)
    try:
        if isinstance(given, Mapping):
            said = template % {name: _word(value) for name, value in given.items()}
        else:
            said = template % tuple(map(_word, given)) if given else _QUOTED.sub(HIDDEN, template)
    except (TypeError, ValueError, KeyError):
        said = template
    return scrubbed(next(iter(said.strip().splitlines()), ""))


def _word(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    text = str(value)
    return scrubbed(text) if _PLAIN.fullmatch(text) else HIDDEN


def scrubbed(text: str) -> str:
    """A text on one line, without what looks like a number, a mail address, a token or a query."""
    text = "".join(HIDDEN if unicodedata.category(one) in _CONFUSING else one for one in text)
    text = _QUERY.sub(HIDDEN, _USER.sub(f"{HIDDEN}@", text))
    for pattern in (_MAIL, _TOKEN, _NUMBER, _ESCAPED):
        text = pattern.sub(HIDDEN, text)
    return text


def _listed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Only what is listed, cleaned; the event itself is fixed words."""
    kept = {"event": _clean(event.pop("event", "")), "exc_info": event.pop("exc_info", None)}
    return kept | {name: _clean(value) if name in FIELDS else HIDDEN for name, value in event.items()}


def _clean(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one) for one in value]
    return scrubbed(str(value))


def _trace(error: BaseException | None, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """An exception and what led to it, without messages: kinds, and the places that each passed."""
    if error is None or id(error) in seen:
        return
    seen |= {id(error)}
    yield words_of(error)
    yield from _places(error.__traceback__)
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield "of which:"
        yield from _trace(one, seen)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield "after:"
        yield from _trace(before, seen)


def _places(trace: TracebackType | None) -> list[str]:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        path = Path(code.co_filename)
        short = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(*path.parts[-3:])
        found.append(f"  {short}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-MOST_FRAMES:]


def _take_hooks() -> None:
    """What Python itself would print, with its values; nobody who listens already is pushed aside."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = lambda _kind, error, _trace: tell("uncaught", error)
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda args: tell("uncaught_in_thread", args.exc_value)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda args: tell("unraisable", args.exc_value)
    warnings.showwarning = _warn


def _warn(*told: Any, **_: Any) -> None:  # noqa: ANN401 - as Python calls it: message, category, file, line
    structlog.get_logger().warning("warning", category=told[1].__name__, place=f"{told[2]}:{told[3]}")


def tell(event: str, error: BaseException | None) -> None:
    """Log an exception that nobody caught."""
    if isinstance(error, KeyboardInterrupt):
        return
    structlog.get_logger().error(event, exc_info=error)


@contextmanager
def telling(event: str) -> Iterator[None]:
    """For children of `multiprocessing`, which prints by itself what they die of, values and all."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it dies of
        tell(event, error)
        raise SystemExit(1) from None
