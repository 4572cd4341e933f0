"""What a page says when something went wrong: what to do next, without the words of programs."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.views.catalogues import later as _
from services.views.catalogues import words_in
from services.views.language import Words, say, span_text
from services.web.coming_back import came_from
from services.web.pages import page_language, render, settings_of

RESIDENTS = ("/r/", "/t/", "/s/", "/public/")
"""Who looks at these has no account, and nothing to do at the entrance."""
SAID: Mapping[str, tuple[str, str]] = {
    "unknown": (
        _("找不到这一页"),
        _("地址不完整，东西已经不在了，或者您的账号看不到。请回到上一页重新打开，还是不行请问居委会。"),
    ),
    "bad-value": (_("有一处不对，没有记下来"), _("请回到上一页，改一下再发。")),
    "no-such-method": (_("这一页不能直接打开"), _("请回到上一页，再按一次要按的按钮。")),
    "too-large": (
        _("照片太大，没有收下"),
        _("一次一共不超过 20 MB。请回到上一页，少选几张，或者换小一点的照片。"),
    ),
    "unsupported-media": (
        _("这个文件不能用"),
        _("照片请用 JPEG、PNG 或 WebP。请回到上一页，换一张再发。"),
    ),
    "too-many": (_("按得太快了"), _("请等 {wait} 再试，已经记下的都在。")),
    "not-permitted": (_("您的账号不能做这一步"), _("请找本单位负责人。")),
    "foreign-origin": (
        _("没有记下来"),
        _("这不是从本站的页面发出的。请重新打开本站的页面，再做一次。"),
    ),
    "key-reused": (_("这一份已经发过了"), _("请重新打开页面，看看记下了什么。")),
    "unavailable": (_("现在太忙了"), _("这一步没有记下来。请等一会儿，回到上一页再试。")),
    "internal": (_("出了点问题，已经记录"), _("请稍后再试，急事请打电话给居委会。")),
}
"""Title and what to do next, by the kind of the problem."""


def show_error(
    request: Request, kind: str, status: int, words: tuple[Words, Words], wait: int
) -> HTMLResponse:
    """A page that says what is the matter, in the page's language; `wait` in seconds.

    What it does not know by its kind is told in the API's own words.
    """
    language = page_language(request)
    gettext = words_in(language).gettext
    # Who only wanted to look sent nothing that could have been recorded.
    known = SAID.get("unknown" if kind == "bad-value" and request.method == "GET" else kind)
    title, detail = map(gettext, known) if known else (say(one, language) for one in words)
    before = came_from(request, settings_of(request))
    values = {
        "title": title,
        "detail": detail.format(wait=span_text(wait, language)) if known else detail + gettext("。"),
        "before": before if before != request.url.path else "",
        "large": request.url.path.startswith(RESIDENTS),
    }
    return render(request, "error.html", values, status)
