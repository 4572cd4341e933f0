"""What a story tells around the orders: of each kind, how a step's words become what the person did."""

from collections.abc import Mapping

from services.replay.around.acceptances import ACCEPTANCES, COMPLETIONS
from services.replay.around.drawings import DRAWINGS, PAIRS
from services.replay.around.kit import Doing
from services.replay.around.meetings import MEETINGS
from services.replay.around.questions import QUESTIONS
from services.replay.around.rules import RULES
from services.replay.around.topics import TOPICS
from services.replay.around.venues import VENUES
from services.replay.around.walks import WALKS
from services.replay.around.works import WORKS

AROUND: Mapping[str, Mapping[str, Doing]] = {
    "acceptance": ACCEPTANCES,
    "answer": QUESTIONS,
    "closure": VENUES,
    "completion": COMPLETIONS,
    "drawing": DRAWINGS,
    "meeting": MEETINGS,
    "pair": PAIRS,
    "rules": RULES,
    "topic": TOPICS,
    "walk": WALKS,
    "works": WORKS,
}
"""By kind, by action. A new kind is a table of its own here."""
