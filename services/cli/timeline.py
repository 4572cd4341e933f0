"""What happened to an order so far: day by day, with the instant and who did it."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from services.cli.words import Speaker
from services.views import labels
from services.views.found import Found
from services.views.models import EventView


class Timeline(Speaker):
    """The ledger of an order as lines; what the clock did is dimmer than what people did."""

    def __init__(self, found: Found, events: list[EventView]) -> None:
        super().__init__(found)
        self._events = events

    def parts(self) -> Iterator[RenderableType]:
        """A title, then a table for each day."""
        yield ""
        title = self._say(f"办理记录 {len(self._events)} 条", f"{len(self._events)} events")
        yield Rule(Text(title, "bold"), align="left", style="dim", characters="─")
        for date, events in groupby(self._events, lambda one: self._day(one.at)):
            yield Text(date, "bold")
            yield self._events_of(events)

    def _events_of(self, events: Iterable[EventView]) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(max_width=14, overflow="fold")
        table.add_column(ratio=1, overflow="fold")
        before = ("", "")
        for one in events:
            clock = self._clock(one.at)
            who = self._short(self._found.party(one.actor.party)) if one.actor.party else self._role(one)
            first = (clock, who) != before
            table.add_row(clock if first else "", Text(who if first else "", "cyan"), self._happened(one))
            before = (clock, who)
        return table

    def _role(self, one: EventView) -> str:
        return labels.label(labels.ROLE, one.actor.role, self._language)

    def _happened(self, one: EventView) -> Text:
        clock = one.type.startswith("Deadline")
        text = Text(one.text, "dim" if clock else "")
        if one.type == "StepReached":
            text.stylize("yellow" if one.data.get("mark") == "yellow" else "bold red")
        if one.words:
            text.append(f"\n{self._quoted(one.words)}", "italic")
        return text
