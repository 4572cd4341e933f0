"""What the pages of the entrance have in common: the door, who knocks, and what is said of an error."""

from collections.abc import Mapping
from functools import partial
from math import ceil
from typing import Annotated, Any
from unicodedata import category

from fastapi import Form, Request
from pydantic import AfterValidator
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.callers import LONGEST_SECRET
from services.identity import setting_up, sign_ins
from services.identity.accounts import BadLogin, LoginTaken
from services.identity.codes import Codes
from services.identity.entering import Browser, Door, Entered, NotLetIn
from services.identity.factors import WrongCode
from services.identity.passwords import WeakPassword
from services.identity.providers import OutsideAway
from services.identity.sign_ins import SignIn, Stage
from services.identity.telling import send_code
from services.identity.tries import TooManyTries, network_of
from services.secrets import ring_of
from services.store.transactions import transaction
from services.views.catalogues import later as _
from services.views.catalogues import words_in
from services.web.clients import address_of
from services.web.coming_back import lead_back
from services.web.cookies import SIGN_IN, cookie_name, set_cookie
from services.web.pages import page_language, render, settings_of, shop_of


def _typed(text: str) -> str:
    """What a keyboard can type: PostgreSQL takes no NUL, and an account's name is shown on terminals."""
    return "".join(c for c in text if category(c) not in {"Cc", "Cs"})


Text = Annotated[str, Form(max_length=400), AfterValidator(_typed)]
_NEXT: Mapping[Stage, str] = {
    Stage.FULL: "/",
    Stage.SECOND: "/sign-in/second",
    Stage.ENROL: "/sign-in/enrol",
}
NO_ACCOUNT = _("您在这里还没有账号，请找本单位负责人开通。")
WHY: Mapping[type[Exception], tuple[str, int]] = {
    NotLetIn: (_("登录名或密码不对，请再试一次。忘记了请找本单位负责人。"), 401),
    TooManyTries: (_("试的次数太多，请十五分钟后再试。"), 429),
    WrongCode: (_("验证码不对或已过期，请重新输入。"), 401),
    WeakPassword: (_("密码太短或太容易猜。请用 10 个字符以上，例如四个不相干的词。"), 422),
    BadLogin: (_("登录名为 2 到 100 个字母、数字或 . @ + - _，例如邮箱。"), 422),
    LoginTaken: (_("这个登录名已有人用，请换一个。"), 409),
    OutsideAway: (_("单位的登录服务暂时没有回应，请稍后再试，或换一种方式登录。"), 503),
    setting_up.SetUpOver: (_("这个设置链接无效或已用过。请在服务器上重新启动，会打印新的链接。"), 410),
}
"""What the page says of an error, and with which status."""
STATUS = dict(WHY.values())


def door_of(request: Request) -> Door:
    """The door of this process."""
    return Door(shop_of(request).engine, ring_of(settings_of(request)))


def codes_of(request: Request) -> Codes:
    """One-time codes at this door."""
    door = door_of(request)
    return Codes(door, partial(send_code, door.ring))


def browser_of(request: Request) -> Browser:
    """Who knocks."""
    return Browser(request.headers.get("user-agent", ""), network_of(address_of(request.scope)))


def begun_of(request: Request) -> SignIn | None:
    """The sign-in of the cookie, finished or not."""
    secret = request.cookies.get(cookie_name(settings_of(request)), "")
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    with transaction(shop_of(request).engine) as sql:
        return sign_ins.find(sql, secret)


def page(request: Request, name: str, values: Mapping[str, Any], status: int | None = None) -> HTMLResponse:
    """A page of the entrance; its status follows from what is the matter (`why`), if it is not given."""
    why = values.get("why")
    said = words_in(page_language(request)).gettext(why) if why else None
    return render(request, name, {**values, "why": said}, status or STATUS.get(why or "", 200))


def refused(request: Request, template: str, error: Exception, **values: Any) -> HTMLResponse:  # noqa: ANN401
    """The page again, with what is the matter; what was typed stays, but for secrets."""
    answer = page(request, template, {"why": WHY[type(error)][0], **values})
    if isinstance(error, TooManyTries):
        answer.headers["Retry-After"] = str(ceil(error.wait.total_seconds()))
    return answer


def entered(request: Request, made: Entered) -> Response:
    """Keep the sign-in and go where it leads."""
    response = RedirectResponse(_NEXT[made.stage], 303)
    if made.stage is Stage.FULL:
        lead_back(request, response, settings_of(request))
    keep(request, response, made)
    return response


def keep(request: Request, response: Response, made: Entered) -> None:
    """Let the browser keep its sign-in."""
    set_cookie(response, settings_of(request), SIGN_IN, made.secret, lasts=sign_ins.LASTS)
