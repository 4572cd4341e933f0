"""The report on paper: A4, for the meeting's table."""

from typing import Any

from services.documents.typesetting import typeset
from services.figures.views import FiguresView, RateView, rate_text, working_text
from services.views.catalogues import words_in
from services.views.language import Language, span_text


def report(view: FiguresView, language: Language) -> bytes:
    """The PDF of a period's figures."""
    return typeset("figures-report", values_of(view, language))


def values_of(view: FiguresView, language: Language) -> dict[str, Any]:
    """What the template prints."""
    return {
        "lang": language,
        "w": _words(language),
        "site": view.name,
        "code": view.site,
        "first": view.first.isoformat(),
        "last": view.last.isoformat(),
        "counts": [
            [view.reported.name, view.reported.many, view.reported_before],
            [view.closed.name, view.closed.many, view.closed_before],
        ],
        "figures": [
            {
                "name": one.name,
                "now": _rate(one.now),
                "before": _rate(one.before),
                "change": "" if one.change is None else f"{one.change:+d}",
                "trend": [
                    None if not point.denominator else point.numerator / point.denominator
                    for point in one.trend
                ],
            }
            for one in view.figures
        ],
        "parties": [{"name": one.name, "rates": [_rate(x) for x in one.rates]} for one in view.by_party],
        "categories": [
            {"name": one.name, "rates": [_rate(x) for x in one.rates]} for one in view.by_category
        ],
        "steps": [[one.party.name, *(x.many for x in one.counts)] for one in view.steps],
        "step_names": [one.name for one in view.steps[0].counts] if view.steps else [],
        "returns": [[one.party.name, *(x.many for x in one.counts)] for one in view.returns],
        "return_names": [one.name for one in view.returns[0].counts] if view.returns else [],
        "late": [
            [one.name, one.many, *(span_text(x, language) for x in (one.p50, one.p90, one.most))]
            for one in view.late
        ],
        "done_in": [
            [one.name, one.many, *(working_text(x, view.working_day, language) for x in (one.p50, one.p90))]
            for one in view.done_in
        ],
        "left_out": [[one.name, one.many] for one in view.left_out],
    }


def _rate(one: RateView) -> str:
    return rate_text(one.numerator, one.denominator, one.percent)


def _words(language: Language) -> dict[str, str]:
    _ = words_in(language).gettext
    return {
        "title": _("办理情况小结"),
        "figure": _("指标"),
        "now": _("本期"),
        "before": _("上期"),
        "change": _("增减（百分点）"),
        "trend": _("近 12 期"),
        "party": _("单位"),
        "category": _("类别"),
        "steps": _("催办升级"),
        "returns": _("退单情况"),
        "late": _("超时"),
        "limit": _("时限"),
        "done_in": _("办结用时（工作时间）"),
        "many": _("件数"),
        "half": _("一半不超过"),
        "most": _("九成不超过"),
        "longest": _("最长"),
        "left_out": _("不计入"),
        "few": _("不足十件的只写件数，不算百分比。并案、误报、作废的不计入。"),
        "none": _("本期没有。"),
        "foot": _("数字由办理记录逐件得出，登录后点任一数字可看是哪些工单。"),
    }
