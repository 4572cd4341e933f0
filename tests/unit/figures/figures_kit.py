"""Figures that were counted by hand, as they are shown."""

from datetime import date
from zoneinfo import ZoneInfo

from models.domain.figures.periods import Period, Span
from models.domain.orders.figures import Rate
from services.figures.counting import Answer, Asked, Count, Narrowed, Quantiles
from services.figures.making import Shown, figures_view
from services.figures.views import FiguresView
from services.views.language import Language
from tests.unit.core.kit import context

HOUR = 3_600_000_000
WEEK = Period.holding(Span.WEEK, date(2026, 11, 18))


def counted() -> Answer:
    """Nine of twelve in time now, four of five before; a step, a return, time held."""

    def one(what: str, many: int, good: int = 0, **more: object) -> Count:
        given = {"word": "", "party": "property", "space": "dance", "now": True, "micros": 0} | more
        return Count(what=what, category="leak", many=many, good=good, **given)  # type: ignore[arg-type]

    return Answer(
        (
            one("on_time", 12, 9),
            one("on_time", 5, 4, now=False),
            one("response", 3, 3, party="committee", space="yard"),
            one("reported", 14, party=""),
            one("reported", 6, party="", now=False),
            one("step", 2, word="red"),
            one("return", 1, 1, word="upheld"),
            one("held", 2, word="working", micros=3 * HOUR),
            one("held", 2, word="under_review", micros=HOUR),
            one("left_out", 2, word="merged", party=""),
        ),
        {("on_time", 11): Rate(9, 12), ("on_time", 9): Rate(4, 5)},
        {
            ("late", "fix", ""): Quantiles(3, 5 * HOUR, 30 * HOUR, 60 * HOUR),
            ("done_in", "", "leak"): Quantiles(12, 5 * HOUR, 30 * HOUR, 60 * HOUR),
        },
    )


def seen(
    language: Language = "zh",
    *,
    empty: bool = False,
    narrowed: Narrowed = Narrowed(),  # noqa: B008 - it is frozen
) -> FiguresView:
    """Those figures, or a week without any."""
    asked = Asked(1, ZoneInfo("Asia/Shanghai"), WEEK, narrowed)
    answer = Answer((), {}, {}) if empty else counted()
    return figures_view(Shown(asked, answer, context(), "爱博五村", "AIBO5", language, 0))
