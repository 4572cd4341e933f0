"""The drawing of a party's lane: its time by stage, on the order's own time axis."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.views import labels
from services.views.history import Span
from services.views.language import Language, span_text

WIDTH = 1000
_THINNEST = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lane in the drawing's units, with what it says when it is pointed at."""

    x: int
    width: int
    stage: str
    title: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The order's time, from its report to its end or to now."""

    begins: datetime
    ends: datetime

    def place(self, at: datetime) -> int:
        """Where an instant lies."""
        whole = max(self.ends - self.begins, timedelta(seconds=1))
        return round(WIDTH * min(max((at - self.begins) / whole, 0.0), 1.0))


def bars(spans: Iterable[Span], axis: Axis, language: Language) -> list[Bar]:
    """A lane's stretches; even the shortest can be seen."""
    return [
        Bar(
            x=min(axis.place(span.begins), WIDTH - _THINNEST),
            width=max(axis.place(span.ends) - axis.place(span.begins), _THINNEST),
            stage=span.words[0],
            title=told(span, language),
        )
        for span in spans
        if span.words
    ]


def legend(spans: Iterable[Span], language: Language) -> list[tuple[str, str]]:
    """Each stage with how long it lasted in all."""
    total: dict[str, timedelta] = {}
    for span in spans:
        for stage in span.words:
            total[stage] = total.get(stage, timedelta()) + span.length
    return [(stage, _in_words(stage, length, language)) for stage, length in total.items()]


def told(span: Span, language: Language) -> str:
    """A stretch in words."""
    return _in_words(span.words[0], span.length, language)


def _in_words(stage: str, length: timedelta, language: Language) -> str:
    return f"{labels.label(labels.STAGE, stage, language)} {span_text(int(length.total_seconds()), language)}"
