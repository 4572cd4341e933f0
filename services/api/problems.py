"""What is answered when something is not done: RFC 9457 problems, all in one table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any
from urllib.parse import quote

import psycopg
import sqlalchemy.exc
import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from services.api.fields import pointer_to, words_of
from services.api.flood import TooManyRequests
from services.callers import NotPermitted
from services.execute import FrozenClock, UnknownStream
from services.identity.tries import TooManyTries
from services.pictures.limits import (
    BrokenPicture,
    HardPicture,
    MovingPicture,
    NoPicture,
    PictureRefused,
    TooManyBytes,
    TooManyPixels,
)
from services.pictures.shelf import ShelfAway
from services.store.contexts import UnknownSite
from services.store.idempotency import KeyReused
from services.views.cursors import BadCursor
from services.views.language import Language, Words, language_of, say
from services.views.models import Named
from services.views.refusing import value_in_chinese

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2

log = structlog.get_logger("lianban.api")


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    pointer: str = Field(
        description="Where: a JSON pointer into the body, or the name of a parameter.",
        examples=["#/reporter/phone"],
    )
    detail: str


class ProblemBody(BaseModel):
    """RFC 9457. Which of the members below `instance` are there depends on the type."""

    model_config = ConfigDict(title="Problem", extra="forbid")

    type: str = Field(examples=["urn:lianban:problem:illegal-move"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked, percent-encoded.")
    errors: list[FieldProblem] | None = Field(None, description="422: each field that is wrong.")
    may: list[Named] | None = Field(None, description="403: who may do this.")
    state: str | None = Field(None, description="409: the order's status.")
    holders: list[Named] | None = Field(None, description="409: who holds the ball.")
    allowed: list[str] | None = Field(
        None, description="409: what the caller may do instead: action, or party/action."
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in both languages, before it is written."""

    kind: str
    status: int
    title: Words
    detail: Words
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: Sequence[tuple[str, Words]] = ()
    """Pointers to fields, with what is wrong there."""

    def body(self, request: Request, language: Language) -> ProblemBody:
        """As it is written."""
        return ProblemBody(
            type=f"urn:lianban:problem:{self.kind}",
            title=say(self.title, language),
            status=self.status,
            detail=say(self.detail, language),
            instance=quote(request.url.path, safe="/:"),
            errors=[FieldProblem(pointer=at, detail=say(it, language)) for at, it in self.errors] or None,
            **self.more,
        )


class Declined(Exception):
    """The order refused an action.

    `names` are of those whom the refusal speaks of, `why` is in Chinese, `allowed` what is possible instead.
    """

    def __init__(
        self,
        refusal: NotYours | IllegalMove,
        action: str,
        names: Mapping[str, str],
        *,
        why: str = "",
        allowed: Sequence[str] = (),
    ) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.action = action
        self.names = names
        self.why = why
        self.allowed = list(allowed)


class UnknownParty(LookupError):
    """There is no such party at the site; see the site's parties."""


class NoCaller(Exception):
    """No valid token or sign-in came with the request."""


class ForeignOrigin(Exception):
    """A page of another site tried to act in the caller's name."""


def _same(words: str) -> Words:
    return (words, words)


def _bad_value(error: BadValue) -> Problem:
    words = (value_in_chinese(error.message), error.message)
    return _fields([(f"#/{error.field.replace('.', '/')}", words)])


def _fields(errors: Sequence[tuple[str, Words]]) -> Problem:
    pointer, (chinese, english) = errors[0]
    title = ("请求内容有误", "A field is not right")
    detail = (f"{pointer}：{chinese}", f"{pointer}: {english}")
    return Problem("bad-value", 422, title, detail, errors=errors)


def _wrong(pointer: str, chinese: str, english: str) -> Callable[[Any], Problem]:
    made = _fields([(pointer, (chinese, english))])
    return lambda _error: made


def _picture(refused: type[PictureRefused], chinese: str) -> Callable[[Any], Problem]:
    """A picture that is not taken; the docstring of the refusal says what to do."""
    return _wrong("#/file", chinese, " ".join((refused.__doc__ or "").split()))


def _invalid(error: RequestValidationError) -> Problem:
    return _fields([(pointer_to(one["loc"]), words_of(one)) for one in error.errors()])


def _declined(error: Declined) -> Problem:
    if isinstance(error.refusal, NotYours):
        return _not_yours(error.action, error.names)
    return _illegal(error.refusal, error)


def _named(names: Mapping[str, str]) -> list[Named]:
    return [Named(code=code, name=name) for code, name in names.items()]


def _listed(names: Mapping[str, str]) -> Words:
    many = list(names.values())
    return ("、".join(many) or "无", ", ".join(many) or "nobody")


def _not_yours(action: str, names: Mapping[str, str]) -> Problem:
    may = _listed(names)
    return Problem(
        "not-yours",
        403,
        ("这一步由别的单位办理", "This is somebody else's to do"),
        (f"“{action}”应由{may[0]}办理", f"'{action}' is for {may[1]}"),
        {"may": _named(names)},
    )


def _illegal(error: IllegalMove, declined: Declined) -> Problem:
    action, names = declined.action, declined.names
    holders = _listed(names)
    return Problem(
        "illegal-move",
        409,
        ("现在不能这样办理", "Not possible in this state"),
        (
            f"现在不能“{action}”：{declined.why or error.why}。当前待办：{holders[0]}",
            f"'{action}' is not possible: {error.why}. The ball is with {holders[1]}",
        ),
        {"state": error.state, "holders": _named(names), "allowed": declined.allowed},
    )


def _unknown(_error: Exception) -> Problem:
    """Unknown and invisible are told alike, word for word."""
    return Problem(
        "unknown",
        404,
        ("找不到", "Not found"),
        ("没有这个内容，或者您无权查看", "There is no such thing, or you may not see it"),
    )


def _of_http(error: HTTPException) -> Problem:
    made = _BY_STATUS.get(error.status_code)
    if made is None:
        return Problem(
            f"http-{error.status_code}", error.status_code, _same("HTTP"), _same(str(error.detail))
        )
    return replace(made(error), headers=dict(error.headers or {}))


def _too_many(error: TooManyRequests | TooManyTries) -> Problem:
    seconds = error.wait if isinstance(error, TooManyRequests) else error.wait.total_seconds()
    return Problem(
        "too-many",
        429,
        ("请求过于频繁", "Too many requests"),
        ("请按 Retry-After 所示的秒数稍后再试", "Try again after the seconds that Retry-After says"),
        headers={"Retry-After": str(max(1, ceil(seconds)))},
    )


def _fixed(kind: str, status: int, title: Words, detail: Words, **headers: str) -> Callable[[Any], Problem]:
    made = Problem(kind, status, title, detail, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return lambda _error: made


_no_caller = _fixed(
    "no-caller",
    401,
    ("请先登录", "Sign in first"),
    ("请出示有效的令牌（Authorization: Bearer …）", "A valid token is needed (Authorization: Bearer …)"),
    WWW_Authenticate='Bearer realm="lianban"',
)
_too_large = _fixed(
    "too-large",
    413,
    ("内容过大", "Too large"),
    (
        "JSON 不超过 1 MB，照片不超过 20 MB；请用相机的中等尺寸或压缩后再传",
        "At most 1 MB of JSON, 20 MB of photo; send it smaller, as the camera's medium size",
    ),
)
_unsupported = _fixed(
    "unsupported-media",
    415,
    ("不支持的类型", "Unsupported media type"),
    (
        "照片接受 JPEG、PNG、WebP（multipart/form-data），HEIC 等请先另存为 JPEG；其余接受 application/json",
        "Photos are JPEG, PNG or WebP (save HEIC as JPEG first), multipart/form-data; else application/json",
    ),
)
_unavailable = _fixed(
    "unavailable",
    503,
    ("暂时繁忙", "Busy or away"),
    ("数据库暂时无法使用，请稍后再试", "The database cannot be used just now; try again"),
    Retry_After=str(RETRY_AFTER_SECONDS),
)
_shelf_away = _fixed(
    "unavailable",
    503,
    ("照片暂时无法存取", "Photos cannot be kept or shown just now"),
    (
        "照片存储暂时无法使用，请稍后再试；其他不受影响",
        "Their storage is away; try again. All else works",
    ),
    Retry_After=str(RETRY_AFTER_SECONDS),
)
_internal = _fixed(
    "internal",
    500,
    ("内部错误", "Internal error"),
    ("出现内部错误，已记录", "Something went wrong inside; it was logged"),
)

_BY_STATUS: Mapping[int, Callable[[Any], Problem]] = {
    400: _wrong("#", "请求内容无法读取", "the body cannot be read"),
    401: _no_caller,
    404: _unknown,
    405: _fixed(
        "no-such-method", 405, ("不支持的方法", "No such method"), ("换一种方法", "Use another method")
    ),
    413: _too_large,
    415: _unsupported,
}

TABLE: Mapping[type[Exception], Callable[[Any], Problem]] = {
    RequestValidationError: _invalid,
    BadValue: _bad_value,
    Declined: _declined,
    UnknownStream: _unknown,
    UnknownSite: _unknown,
    UnknownParty: _unknown,
    KeyReused: _fixed(
        "key-reused",
        409,
        ("Idempotency-Key 已用于别的内容", "The Idempotency-Key was used with another body"),
        ("新的请求请换一个新的键", "Take a new key for a new request"),
    ),
    FrozenClock: _fixed(
        "frozen-clock",
        409,
        ("该场所的时钟已停", "The site's clock is frozen"),
        ("可以查看，不能再办理", "It can be looked at; nothing happens there any more"),
    ),
    BadCursor: _wrong("cursor", "游标不属于这个列表，请去掉后重新开始", BadCursor.__doc__ or ""),
    TooManyBytes: _too_large,
    NoPicture: _unsupported,
    BrokenPicture: _picture(BrokenPicture, "图片不完整或已损坏；请打开后另存，再重新上传"),
    TooManyPixels: _picture(TooManyPixels, "图片超过5000万像素；请缩小后再传，如用相机的中等尺寸"),
    MovingPicture: _picture(MovingPicture, "这是动图；请传单张照片，或截取关键的一帧"),
    HardPicture: _picture(HardPicture, "处理这张图片过于费时或占用过多内存；请另存为普通JPEG后再传"),
    ShelfAway: _shelf_away,
    NoCaller: _no_caller,
    NotPermitted: _fixed(
        "not-permitted",
        403,
        ("没有这项权限", "Not permitted"),
        (
            "您的身份或令牌的用途不包括这一步，请找本单位负责人",
            "Your role, or what the token is for, does not include this; ask your lead",
        ),
    ),
    ForeignOrigin: _fixed(
        "foreign-origin",
        403,
        ("请求来自别的网站", "The request came from another site"),
        ("请在本站页面上操作", "Use this site's own pages"),
    ),
    TooManyRequests: _too_many,
    TooManyTries: _too_many,
    HTTPException: _of_http,
    psycopg.OperationalError: _unavailable,
    sqlalchemy.exc.OperationalError: _unavailable,
    sqlalchemy.exc.TimeoutError: _unavailable,
}


def problem_of(error: Exception) -> Problem:
    """The problem of an error by its type; what the table does not know is logged, not told."""
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind](error)
    log.error("unexpected", exc_info=error)
    return _internal(error)


def answer(request: Request, error: Exception) -> Response:
    """The answer to a request that failed: a problem, or on the pages one that people can read."""
    problem = problem_of(error)
    language = language_of(request.headers.get("accept-language"))
    show = getattr(request.app.state, "show_error", None) if "app" in request.scope else None
    if show is not None and _wants_page(request):
        wait = int(problem.headers.get("Retry-After", RETRY_AFTER_SECONDS))
        words = (problem.title, problem.detail)
        page: Response = show(request, problem.kind, problem.status, words, wait)
        page.headers.update(problem.headers)
        return page
    body = problem.body(request, language).model_dump(exclude_none=True)
    headers = {**problem.headers, "Content-Language": language, "Vary": "Accept-Language"}
    return JSONResponse(body, problem.status, headers, MEDIA_TYPE)


def _wants_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer, as OpenAPI has them."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _MEANING[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({*statuses, 401, 403, 429, 500, 503})
    }


_MEANING = {
    401: "No valid token.",
    403: "Somebody else may do this (see `may`), or the role or the token does not allow it.",
    404: "There is no such thing, or the caller may not see it.",
    409: "Not in this state (see `state`, `holders`, `allowed`), a used Idempotency-Key, a frozen site.",
    413: "The body is too large.",
    415: "The body's media type is not taken here.",
    422: "A field is malformed, unknown or has a value that means nothing here: see `errors`.",
    429: "Too many requests from this address or caller; Retry-After says when to try again.",
    500: "Something went wrong inside.",
    503: "The database cannot be used just now; Retry-After says when to try again.",
}
