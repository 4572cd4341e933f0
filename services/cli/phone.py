"""`lianban phone`: what the recorder's phone got, live, and what waits for working hours."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import SiteRow, at_work, console, read_all_sites, the_site

if TYPE_CHECKING:
    from rich.console import Console

    from services.execute import Shop
    from services.notify.phone import Held, Ring

EVERY_SECONDS = 0.5


def phone(
    site: Annotated[str | None, typer.Option(help="Only this site; all live ones unless given.")] = None,
    follow: Annotated[bool, typer.Option(help="Go on until Ctrl-C.")] = True,
    last: Annotated[int, typer.Option(help="How many messages to begin with.", min=0, max=1000)] = 10,
) -> None:
    """Show who got which message, when and why; and what waits for working hours until when.

    Example: ./lianban phone --site AIBO5 --last 20
    """
    with at_work() as shop:
        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            sites = read_all_sites(sql)
        where = the_site(sites, site) if site else None
        watch = Watch(shop, console(), where, {one.code: one.language for one in sites})
        try:
            watch.begin(last)
            while follow:
                time.sleep(EVERY_SECONDS)
                watch.look()
        except KeyboardInterrupt:
            typer.echo()


class Watch:
    """Remembers what was shown already."""

    def __init__(
        self, shop: "Shop", console: "Console", site: SiteRow | None, languages: Mapping[str, str]
    ) -> None:
        self._shop, self._console, self._site, self._languages = shop, console, site, languages
        self._newest = 0
        self._told_waiting: set[int] = set()

    def begin(self, last: int) -> None:
        """The last messages, then what waits now."""
        from services.notify import phone as recorder
        from services.store.transactions import transaction

        with transaction(self._shop.engine) as sql:
            # One at least, to know from which on the rest is new.
            rings = recorder.latest(sql, self._id, limit=max(last, 1))
            waiting = recorder.waiting(sql, self._id)
        self._newest = max((one.id for one in rings), default=0)
        for one in rings[len(rings) - last :] if last else []:
            self._ring(one)
        for held in waiting:
            self._held(held)
        if not rings and not waiting:
            self._console.print("No message yet. Report something: ./lianban report --help", style="dim")

    def look(self) -> None:
        """What is new since the last look."""
        from services.notify import phone as recorder
        from services.store.transactions import transaction

        with transaction(self._shop.engine) as sql:
            # From 0 it would give the newest ones, and lose a burst before them.
            rings = recorder.latest(sql, self._id, after_id=self._newest or -1, limit=200)
            waiting = recorder.waiting(sql, self._id)
        for one in rings:
            self._ring(one)
            self._newest = one.id
        for held in waiting:
            self._held(held)

    @property
    def _id(self) -> int | None:
        return self._site.id if self._site else None

    def _ring(self, one: "Ring") -> None:
        from rich.padding import Padding
        from rich.text import Text

        whom = one.party_name + (f" {one.member_name}" if one.member_name else "")
        head = Text.assemble(
            (one.local, "dim"), "  ", (one.code, "bold"), "  ", ("→ ", "green"), (whom, "bold")
        )
        head.append(f"  {one.reasons}", "yellow")
        self._console.print(head)
        self._console.print(Padding(Text(one.title), (0, 0, 0, 4)))
        body = "\n".join(line for line in one.body.splitlines() if line.strip())
        self._console.print(Padding(Text(body, "dim"), (0, 0, 0, 4)))

    def _held(self, one: "Held") -> None:
        """Once for each: it stays the same until it goes."""
        from rich.text import Text

        if one.id in self._told_waiting:
            return
        self._told_waiting.add(one.id)
        english = self._languages.get(one.code.partition("-")[0]) == "en"
        line = Text.assemble(
            (f"{'waits until' if english else '等到'} {one.local}", "dim"),
            "  ",
            (one.code, "bold"),
            "  ",
            ("→ ", "dim"),
            one.party_name,
        )
        line.append(f"  {one.reasons}", "dim")
        self._console.print(line)
