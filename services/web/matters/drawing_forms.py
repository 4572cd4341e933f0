"""What the forms about drawings say."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from models.domain.matters.drawings.decide import WHOLE
from models.domain.orders.state import Point
from services.matters.drawings.acting import Remark
from services.photos import Picture
from services.store.private import LONGEST_TEXT
from services.views.catalogues import words_in
from services.web.forms import NotRecorded
from services.web.forms import picture as redrawn
from services.web.pages import page_language

LONGEST_TITLE = 120


def remark_in(request: Request, said: Mapping[str, str]) -> Remark:
    """A comment and its place; what is no point counts as none. Raises NotRecorded."""
    seen = said.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= len(str(WHOLE)) else None
    return Remark(words_in_form(request, said), said.get("space", ""), _point(said), version)


def _point(said: Mapping[str, str]) -> Point | None:
    x, y = said.get("x", ""), said.get("y", "")
    if not all(one.isascii() and one.isdigit() and len(one) <= len(str(WHOLE)) for one in (x, y)):
        return None
    return Point(int(x), int(y))


def words_in_form(request: Request, said: Mapping[str, str], name: str = "words") -> str:
    """What has to be said. Raises NotRecorded where it is not."""
    words = said.get(name, "").strip()
    if not words or len(words) > LONGEST_TEXT:
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("请先写几个字，再提交"), 422)
    return words


def title_in(request: Request, said: Mapping[str, str]) -> str:
    """The title. Raises NotRecorded."""
    title = said.get("title", "").strip()
    if not title or len(title) > LONGEST_TITLE:
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("请写一个标题，120 字以内"), 422)
    return title


def day_in(request: Request, said: Mapping[str, str], name: str) -> date:
    """A day. Raises NotRecorded."""
    try:
        return date.fromisoformat(said.get(name, ""))
    except ValueError:
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("请写明两张照片各是哪一天拍的"), 422) from None


def picture_in(request: Request, form: FormData, name: str = "file") -> Picture:
    """The picture of a field. Raises NotRecorded where there is none."""
    sent: Any = form.get(name)
    # A browser sends an empty file where none was chosen.
    if not isinstance(sent, UploadFile) or not sent.size:
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("请选一张图（JPEG、PNG、WebP，20 MB 以内）"), 422)
    return redrawn(sent.file, page_language(request))
