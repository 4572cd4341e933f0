"""The board: how the open orders of a site stand, party by party and room by room."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from models.domain.orders.kind import ORDER
from models.domain.policy import Permission
from models.domain.words import ENDED, AssignmentState
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.store.contexts import Sql, read_sites
from services.store.transactions import transaction
from services.views import labels
from services.views.language import Language, name_of, party_name
from services.views.models import Colour, Named
from services.views.order import colour_of

STATES: Sequence[AssignmentState] = (
    AssignmentState.DISPATCHED,
    AssignmentState.ACKNOWLEDGED,
    AssignmentState.IN_PROGRESS,
    AssignmentState.REJECTED,
    AssignmentState.RETURN_REQUESTED,
    AssignmentState.HELD,
    AssignmentState.WAITING,
    AssignmentState.DONE,
)
"""The columns: the states in which an acting party still has something before it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many orders of a party are in a state, and how many of them are overdue."""

    state: str
    many: int
    red: int


@dataclass(frozen=True, slots=True)
class Row:
    """A party's line."""

    party: Named
    cells: list[Cell]
    total: int


@dataclass(frozen=True, slots=True)
class InRoom:
    """A room with open orders; `colour` is that of the worst."""

    space: Named
    many: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class Narrowed:
    """To what the board is narrowed; empty ones do not."""

    category: str = ""
    space: str = ""
    show: str = ""
    """``yellow``, ``red`` or ``supervised``; the four figures are not narrowed by it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The board of a site."""

    site: str
    name: str
    states: list[Named]
    rows: list[Row]
    rooms: list[InRoom]
    open: int
    yellow: int
    red: int
    supervised: int
    categories: list[Named]
    spaces: list[Named]
    """What it can be narrowed to."""

    @property
    def mark(self) -> str:
        """Another one when the rooms' counts are others: a picture of the same address stays as it is."""
        told = ";".join(f"{one.space.code} {one.many} {one.colour}" for one in self.rooms)
        return sha256(told.encode()).hexdigest()[:12]


def standing(
    shop: Shop, caller: Caller, site: str, language: Language, narrowed: Narrowed = Narrowed()
) -> Standing:
    """The board.

    Raises:
        UnknownStream: no such site, or the caller may not see its figures.
    """
    number = caller.sites.get(site)
    if number is None or not caller.may(Permission.SEE_FIGURES, number):
        raise UnknownStream(site)
    with transaction(shop.engine, caller.site_ids) as sql:
        context = shop.contexts.of(sql, read_sites(sql, [number])[number])
        given = asdict(narrowed) | {"site": number, "kind": ORDER.name, "ended": [str(one) for one in ENDED]}
        named = sql.execute("SELECT name, name_en FROM site WHERE id = %s", (number,)).fetchone()
        open_, yellow, red, supervised = sql.execute(_TOTALS, given).fetchone() or (0, 0, 0, 0)
        rows = _by_party(sql, given)
        rooms = sql.execute(_ROOMS, given).fetchall()
    name, name_en = named or (site, None)
    directory = context.site
    spaces = {code: name_of(one, language) for code, one in directory.spaces.items()}
    return Standing(
        site,
        (language == "en" and name_en) or name,
        [Named(code=one, name=labels.label(labels.STATE, one, language)) for one in STATES],
        [_row(party, found, party_name(party, directory, language)) for party, found in rows.items()],
        [
            InRoom(Named(code=code, name=spaces.get(code, code)), many, colour_of(colour))
            for code, many, colour in rooms
        ],
        open=open_,
        yellow=yellow,
        red=red,
        supervised=supervised,
        categories=[
            Named(code=one.code, name=(language == "en" and one.name_en) or one.name)
            for one in context.playbook.categories.values()
        ],
        spaces=[Named(code=code, name=name) for code, name in spaces.items()],
    )


def _by_party(sql: Sql, given: Mapping[str, object]) -> dict[str, dict[str, Cell]]:
    found: dict[str, dict[str, Cell]] = {}
    for party, state, many, red in sql.execute(_CELLS, given).fetchall():
        found.setdefault(party, {})[state] = Cell(state, many, red)
    return found


def _row(party: str, found: Mapping[str, Cell], name: str) -> Row:
    cells = [found.get(str(one), Cell(str(one), 0, 0)) for one in STATES]
    return Row(Named(code=party, name=name), cells, sum(one.many for one in cells))


_OPEN = (
    "s.site_id = %(site)s AND s.kind = %(kind)s AND s.status <> ALL (%(ended)s)"
    " AND %(category)s IN ('', coalesce(s.category, '')) AND %(space)s IN ('', s.space)"
)
_SHOWN = (
    f"{_OPEN} AND CASE %(show)s WHEN 'yellow' THEN s.colour = 'yellow' WHEN 'red' THEN s.colour = 'red'"
    " WHEN 'supervised' THEN s.supervised ELSE true END"
)
_TOTALS = f"""
SELECT count(*), count(*) FILTER (WHERE s.colour = 'yellow'), count(*) FILTER (WHERE s.colour = 'red'),
    count(*) FILTER (WHERE s.supervised)
FROM stream s WHERE {_OPEN}
"""  # noqa: S608 - our own constants
_CELLS = f"""
SELECT a.key, a.value->>'state', count(*), count(*) FILTER (WHERE a.value->'red' = 'true')
FROM stream s CROSS JOIN LATERAL jsonb_each(s.state->'assignments') a
WHERE {_SHOWN} AND a.value->>'duty' IN ('lead', 'support') GROUP BY 1, 2 ORDER BY 1
"""  # noqa: S608 - our own constants
_ROOMS = f"""
SELECT s.space, count(*), CASE WHEN bool_or(s.colour = 'red') THEN 'red'
    WHEN bool_or(s.colour = 'yellow') THEN 'yellow' ELSE 'green' END
FROM stream s WHERE {_SHOWN} GROUP BY s.space
ORDER BY bool_or(s.colour = 'red') DESC, bool_or(s.colour = 'yellow') DESC, 2 DESC, 1
"""  # noqa: S608 - our own constants
