"""What happens around the orders: each is a kind of stream beside the order, with one idea a package."""

from models.domain.matter import MatterKind
from models.domain.matters.acceptances.completion import COMPLETION
from models.domain.matters.acceptances.kind import ACCEPTANCE
from models.domain.matters.drawings.kind import DRAWING
from models.domain.matters.meetings.kind import MEETING
from models.domain.matters.pairs.kind import PAIR
from models.domain.matters.questions.kind import ANSWER
from models.domain.matters.rules.kind import RULES
from models.domain.matters.topics.kind import TOPIC
from models.domain.matters.venues.kind import CLOSURE
from models.domain.matters.works.kind import WORKS

MATTERS: tuple[MatterKind, ...] = (
    *(MEETING, ANSWER, RULES, TOPIC, CLOSURE),
    *(WORKS, DRAWING, PAIR, ACCEPTANCE, COMPLETION),
)
"""All kinds; the engine knows those that stand here."""
