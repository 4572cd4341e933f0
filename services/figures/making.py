"""What was counted becomes what is shown, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from models.domain.figures.cases import Kind
from models.domain.figures.periods import Period
from models.domain.orders.figures import Figure, Rate
from models.domain.orders.rules import Context, Stage
from services.figures.counting import Answer, Asked, Quantiles
from services.figures.views import (
    CountView,
    FiguresView,
    FigureView,
    GroupView,
    HeldView,
    LineView,
    PointView,
    QuantileView,
    RateView,
    ShareView,
    percent_of,
)
from services.views import labels
from services.views.language import Language, name_of, party_name
from services.views.models import Named

_FIGURES: Mapping[Figure, tuple[str, str]] = {
    Figure.CONTACT: ("先行联系率", "Contact rate"),
    Figure.ON_TIME: ("按时办结率", "On-time rate"),
    Figure.RESOLUTION: ("实际解决率", "Resolution rate"),
    Figure.FIRST_PASS: ("一次核查通过率", "First-pass rate"),
    Figure.SATISFACTION: ("满意率", "Satisfaction"),
    Figure.COVERAGE: ("回访覆盖率", "Callback coverage"),
    Figure.RESPONSE: ("响应率", "Response rate"),
}
_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "upheld": ("成立", "Upheld"),
    "dismissed": ("不成立", "Dismissed"),
    "lapsed": ("失效", "Lapsed"),
    "open": ("待批复", "Undecided"),
}
_GONE: Mapping[str, tuple[str, str]] = {
    "merged": ("并案", "Merged"),
    "false_alarm": ("误报", "False alarms"),
    "cancelled": ("作废", "Cancelled"),
}
_MARKS = ("yellow", "red", "urge", "supervise")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view is made from."""

    asked: Asked
    answer: Answer
    context: Context
    name: str
    code: str
    language: Language
    behind: int

    def orders(self, figure: str, period: Period | None = None, **of: str) -> str:
        """The query of a list of orders."""
        chosen, when = self.asked.narrowed, period or self.asked.period
        given = {
            "site": self.code,
            "figure": figure,
            "figure_party": of.get("party") or chosen.party,
            "category": of.get("category") or chosen.category,
            "space": of.get("space") or chosen.space,
            "since": when.first.isoformat(),
            "until": when.last.isoformat(),
        }
        return urlencode({key: value for key, value in given.items() if value})

    def say(self, words: tuple[str, str]) -> str:
        """In the reader's language."""
        return words[1] if self.language == "en" else words[0]

    def party(self, code: str) -> Named:
        """A party's name."""
        return Named(code=code, name=party_name(code, self.context.site, self.language))


def figures_view(shown: Shown) -> FiguresView:
    """Everything of a period."""
    period, answer = shown.asked.period, shown.answer
    calendar = next(iter(shown.context.site.calendars.values()))
    return FiguresView(
        site=shown.code,
        name=shown.name,
        zone=str(shown.asked.zone),
        span=str(period.span),
        first=period.first,
        last=period.last,
        before=period.moved(-1).first,
        after=period.ends,
        working_day=int(calendar.day_length.total_seconds()),
        reported=_count(shown, Kind.REPORTED, ("受理", "Reported")),
        closed=_count(shown, Kind.CLOSED, ("结案", "Closed")),
        reported_before=sum(one.many for one in answer.of(Kind.REPORTED, now=False)),
        closed_before=sum(one.many for one in answer.of(Kind.CLOSED, now=False)),
        figures=[_figure(shown, one) for one in Figure],
        by_party=_groups(shown, "party", {one: shown.party(one).name for one in shown.context.site.parties}),
        by_category=_groups(shown, "category", categories_of(shown.context, shown.language)),
        by_space=_groups(shown, "space", spaces_of(shown.context, shown.language)),
        returns=_lines(shown, Kind.RETURN, {one: shown.say(words) for one, words in _OUTCOMES.items()}),
        steps=_lines(
            shown, Kind.STEP, {one: labels.label(labels.MARK, one, shown.language) for one in _MARKS}
        ),
        late=_late(shown),
        done_in=_done_in(shown),
        held=_held(shown),
        left_out=[_count(shown, Kind.LEFT_OUT, words, code) for code, words in _GONE.items()],
        behind=shown.behind,
    )


def categories_of(context: Context, language: Language) -> dict[str, str]:
    """Names of the categories, in the playbook's order."""
    known = context.playbook.categories
    return {code: (language == "en" and one.name_en) or one.name for code, one in known.items()}


def spaces_of(context: Context, language: Language) -> dict[str, str]:
    """Names of the rooms."""
    return {code: name_of(one, language) for code, one in context.site.spaces.items()}


def _rate(shown: Shown, figure: str, rate: Rate, period: Period | None = None, **of: str) -> RateView:
    return RateView(
        numerator=rate.numerator,
        denominator=rate.denominator,
        percent=percent_of(rate),
        orders=shown.orders(figure, period, **of),
        missed=shown.orders(f"{figure}.bad", period, **of),
    )


def _figure(shown: Shown, figure: Figure) -> FigureView:
    answer, period = shown.answer, shown.asked.period
    now, before = answer.rate(figure), answer.rate(figure, now=False)
    percents = (percent_of(now), percent_of(before))
    change = None if percents[0] is None or percents[1] is None else percents[0] - percents[1]
    return FigureView(
        code=str(figure),
        name=shown.say(_FIGURES[figure]),
        now=_rate(shown, figure, now),
        before=_rate(shown, figure, before, period.moved(-1)),
        change=change,
        trend=[
            _point(one, answer.trend.get((figure, place), Rate(0, 0)))
            for place, one in enumerate(period.trend())
        ],
    )


def _point(period: Period, rate: Rate) -> PointView:
    return PointView(
        first=period.first,
        numerator=rate.numerator,
        denominator=rate.denominator,
        percent=percent_of(rate),
    )


def _groups(shown: Shown, by: str, names: Mapping[str, str]) -> list[GroupView]:
    """Only those of which something was counted."""
    found = []
    for code, name in names.items():
        rates = [shown.answer.rate(one, **{by: code}) for one in Figure]
        if any(one.denominator for one in rates):
            views = [
                _rate(shown, figure, rate, None, **{by: code})
                for figure, rate in zip(Figure, rates, strict=True)
            ]
            found.append(GroupView(code=code, name=name, rates=views))
    return found


def _count(shown: Shown, kind: Kind, words: tuple[str, str], word: str = "", party: str = "") -> CountView:
    wanted = {"word": word} if word else {}
    wanted |= {"party": party} if party else {}
    return CountView(
        code=word or str(kind),
        name=shown.say(words),
        many=sum(one.many for one in shown.answer.of(kind, **wanted)),
        orders=shown.orders(f"{kind}.{word}" if word else str(kind), party=party),
    )


def _lines(shown: Shown, kind: Kind, names: Mapping[str, str]) -> list[LineView]:
    parties = dict.fromkeys(one.party for one in sorted(shown.answer.of(kind), key=lambda one: one.party))
    return [
        LineView(
            party=shown.party(party),
            counts=[_count(shown, kind, (name, name), word, party) for word, name in names.items()],
        )
        for party in parties
    ]


def _quantiles(code: str, name: str, found: Quantiles, orders: str) -> QuantileView:
    return QuantileView(
        code=code,
        name=name,
        many=found.many,
        p50=found.p50 // 1_000_000,
        p90=found.p90 // 1_000_000,
        most=found.most // 1_000_000,
        orders=orders,
    )


def _late(shown: Shown) -> list[QuantileView]:
    """By kind of limit, in the order of an order's life."""
    return [
        _quantiles(
            kind,
            labels.label(labels.DEADLINE, kind, shown.language),
            shown.answer.ranked[Kind.LATE, kind, ""],
            shown.orders(f"{Kind.LATE}.{kind}"),
        )
        for kind in labels.DEADLINE
        if (Kind.LATE, kind, "") in shown.answer.ranked
    ]


def _done_in(shown: Shown) -> list[QuantileView]:
    return [
        _quantiles(code, name, found, shown.orders(Kind.DONE_IN, category=code))
        for code, name in categories_of(shown.context, shown.language).items()
        if (found := shown.answer.ranked.get((Kind.DONE_IN, "", code))) is not None
    ]


def _held(shown: Shown) -> list[HeldView]:
    """The party with the most time first."""
    counts = shown.answer.of(Kind.HELD)
    found = [_held_by(shown, one) for one in dict.fromkeys(one.party for one in counts)]
    return sorted(found, key=lambda one: (-one.seconds, one.party.code))


def _held_by(shown: Shown, party: str) -> HeldView:
    by_stage = {
        stage: sum(one.micros for one in shown.answer.of(Kind.HELD, party=party, word=str(stage)))
        for stage in Stage
    }
    whole = sum(by_stage.values())
    return HeldView(
        party=shown.party(party),
        seconds=whole // 1_000_000,
        shares=[
            ShareView(
                code=str(stage),
                name=labels.label(labels.STAGE, stage, shown.language),
                seconds=micros // 1_000_000,
                percent=round(100 * micros / whole),
            )
            for stage, micros in by_stage.items()
            if micros
        ],
        orders=shown.orders(Kind.HELD, party=party),
    )
