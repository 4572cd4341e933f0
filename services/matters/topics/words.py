"""The words of deliberation, in both languages."""

from collections.abc import Mapping

from services.views.language import Words

STATUS: Mapping[str, Words] = {
    "proposed": ("待列入", "Proposed"),
    "collecting": ("征集意见", "Collecting opinions"),
    "deliberating": ("议事中", "Deliberating"),
    "published": ("共识公示", "Consensus published"),
    "agreed": ("待落实", "To be carried out"),
    "carried_out": ("落实中", "Being carried out"),
    "reviewed": ("已回头看", "Reviewed"),
    "declined": ("未列入", "Not taken up"),
    "ended": ("未达成共识", "No consensus"),
}
STANCE: Mapping[str, Words] = {
    "for": ("赞成", "For it"),
    "against": ("反对", "Against it"),
    "advice": ("建议", "Advice"),
}
STEPS = ("collecting", "deliberating", "published", "carried_out", "reviewed")
"""The way of a topic as the pages draw it."""
AT: Mapping[str, int] = {
    "proposed": -1,
    "declined": -1,
    "ended": 1,
    "agreed": 3,
    **{status: place for place, status in enumerate(STEPS)},
}
"""How far along it is, by status."""
