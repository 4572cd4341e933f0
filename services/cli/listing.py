"""`lianban orders`: a table that fits 80 columns."""

from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_bytes

from rich.table import Table
from rich.text import Text

from models.domain.words import ENDED, OrderStatus
from services.callers import Caller
from services.cli.words import SIGN, STYLE, short
from services.execute import Shop
from services.views import labels
from services.views.cursors import Cursors
from services.views.language import Language, Words, say
from services.views.models import OrderItem
from services.views.orders import MOST, Filters, Part, whole_page

LONGEST = 60
"""Cells of a matter; `show` has the rest."""
OPEN = tuple(str(one) for one in OrderStatus if one not in ENDED)

_HEADS: tuple[Words, ...] = (
    ("工单", "order"),
    ("事项", "matter"),
    ("状态", "state"),
    ("时限", "limits"),
    ("待办方", "ball with"),
    ("承诺日期", "promised"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders; a site of None means all."""

    site: str | None
    status: tuple[str, ...]
    party: str | None
    colour: str | None
    ended: bool
    limit: int


def read_items(
    shop: Shop, caller: Caller, wanted: Wanted, language: Language
) -> tuple[list[OrderItem], bool]:
    """The lines of the list, and whether there are more."""
    statuses = wanted.status or (() if wanted.ended else OPEN)
    filters = Filters(site=wanted.site, status=statuses, party=wanted.party, colour=wanted.colour)
    # Nobody else will ever see these cursors.
    cursors = Cursors(token_bytes(32))
    items: list[OrderItem] = []
    cursor: str | None = None
    while len(items) < wanted.limit:
        part = Part(min(MOST, wanted.limit - len(items)), cursor)
        page = whole_page(shop, caller, filters, part, cursors=cursors, language=language)
        items += page.items
        cursor = page.next
        if cursor is None:
            break
    return items, cursor is not None


def table_of(items: list[OrderItem], language: Language) -> Table:
    """The table; columns fold, and the matter is cut where it is very long."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    code, matter, state, limits, ball, promised = (say(words, language) for words in _HEADS)
    table.add_column(code, no_wrap=True)
    table.add_column(matter, ratio=1, overflow="fold")
    table.add_column(state, max_width=9, overflow="fold")
    table.add_column(limits, no_wrap=True)
    table.add_column(ball, max_width=13, overflow="fold")
    table.add_column(promised, no_wrap=True)
    table.expand = True
    for item in items:
        table.add_row(*_row(item, language))
    return table


def _row(item: OrderItem, language: Language) -> tuple[Text, ...]:
    ended = item.status in ENDED
    words = item.title or (item.category.name if item.category else "")
    matter = Text(f"{item.space.name} · {' '.join(words.split())}" if words else item.space.name)
    matter.truncate(LONGEST, overflow="ellipsis")
    # One a line: folding would break a name.
    balls = "\n".join(short(one, language) for one in item.holders)
    return (
        Text(item.code),
        matter,
        Text(item.status_name),
        Text("–", style="dim") if ended else limits_of(item, language),
        Text(balls or "–"),
        Text(_promised(item, language)),
    )


def _promised(item: OrderItem, language: Language) -> str:
    """The promised day, with its year where that is not the present one."""
    if item.promised_at is None or item.promised_text is None:
        return "–"
    if item.promised_at.year == datetime.now(UTC).year:
        return item.promised_text
    year = f"{item.promised_at.year}"
    return f"{year}年{item.promised_text}" if language == "zh" else f"{item.promised_text} {year}"


def limits_of(item: OrderItem, language: Language) -> Text:
    """Sign, word and, where it is so, that it is under supervision."""
    word = labels.label(labels.COLOUR, item.colour, language)
    marked = say((" 督", " !"), language) if item.supervised else ""
    return Text(f"{SIGN[item.colour]} {word}{marked}", style=STYLE[item.colour])
