"""The papers of a walk on their way to whoever reads them, in a browser or by a program."""

from collections.abc import Mapping
from typing import Literal

from starlette.responses import Response

from services import desk
from services.walks import papers

Paper = Literal["notice", "reply"]
_KINDS: Mapping[Paper, str] = {"notice": papers.NOTICE, "reply": papers.REPLY}


def paper_answer(one: papers.Desk, code: str, paper: Paper) -> Response:
    """整改通知单 or 整改回复单 of a walk as PDF. Raises UnknownStream, ShelfAway."""
    pdf = papers.paper_of(one, desk.key_of(one.caller, code), _KINDS[paper])
    return pdf_answer(pdf, f"{_KINDS[paper]}-{code}")


def pdf_answer(pdf: bytes, name: str) -> Response:
    """A paper to look at or print; nobody between keeps it."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)
