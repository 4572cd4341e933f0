"""`lianban act CODE` without an action: who may do what now, and with which details."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.domain.streams import Actor, Role
from services.cli.acting import Place, body_of, look_up, told_fields
from services.cli.operating import REPORTER, Stop
from services.execute import Shop
from services.views.allowed import Possible, possible
from services.views.order import action_label


def tell(console: Console, shop: Shop, code: str, action: str | None, as_: str | None) -> None:
    """Print it, for one action or one party if they are named."""
    place, _ = look_up(shop, code)
    rows = [(who, may) for who, may in _everybody(place) if as_ in {None, who, f"{who}:handler"}]
    rows = [(who, [one for one in may if action in {None, one[0]}]) for who, may in rows]
    rows = [(who, may) for who, may in rows if may]
    if not rows:
        what = f"{action} on {code}" if action else f"anything on {code}"
        raise Stop(f"nobody may do {what} now.")
    table = Table("as", "may", box=None, padding=(0, 2, 0, 0))
    for who, may in rows:
        table.add_row(who, Text(", ".join(_spelled(one) for one in may)))
    console.print(table)
    console.print()
    known = {name: party for _, may in rows for name, party in may}
    details = Table("action", "", "details", box=None, padding=(0, 2, 0, 0))
    for name, party in sorted(known.items()):
        fields = told_fields(body_of(name, party))
        photo = "file=PATH " if name == "photo" else ""
        details.add_row(name, action_label(name, party, "zh"), Text(f"{photo}{fields}"))
    console.print(details)


def _everybody(place: Place) -> list[tuple[str, list[Possible]]]:
    """Each party's handler, whoever reported, and a volunteer."""
    order, context = place.found.order, place.found.context
    actors = {party: Actor(Role.HANDLER, party, f"operator:{party}") for party in place.parties}
    if order.reporter.person:
        actors[REPORTER] = Actor(Role.RESIDENT, None, order.reporter.person)
    actors["volunteer"] = Actor(Role.VOLUNTEER, None, "operator:volunteer")
    return [(who, possible(order, actor, context)) for who, actor in actors.items()]


def _spelled(one: Possible) -> str:
    name, party = one
    return f"{name} {party}" if party else name
