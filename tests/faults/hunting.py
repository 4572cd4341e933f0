"""`./lianban faults --seeded-bugs`: does the checker see what was broken on purpose."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.faults.bugs import BUGS, Bug
from tests.faults.run import Order, run

PATIENCE = timedelta(seconds=20)
"""A broken engine may never come to rest: it is looked at all the same."""


def shows(bug: Bug, image: dict[str, Any]) -> list[str]:
    """The figures of a run that show the bug."""
    return [name for name in bug.found_by if (not image[name] if name == "ledger_ok" else image[name])]


def told(order: Order, name: str) -> Order:
    """The run that shows a bug."""
    bug = BUGS[name]
    return replace(
        order,
        seconds=order.seconds or bug.seconds,
        bug=name,
        kinds=bug.kinds,
        harm=bug.harm,
        server=bug.server,
        patience=PATIENCE,
    )


def hunt(order: Order, names: Iterable[str], say: Callable[[str], object]) -> Iterator[dict[str, Any]]:
    """Run with one bug after the other; what came of each."""
    for name in names:
        bug = BUGS[name]
        image = run(told(order, name))
        by = shows(bug, image)
        say(f"{name}: {'caught by ' + ', '.join(by) if by else 'NOT CAUGHT'}  ({bug.words})")
        yield {
            "bug": name,
            "words": bug.words,
            "caught": bool(by),
            "by": by,
            "figures": {figure: image[figure] for figure in (*image["wrong"],)},
            "violations": image["violations"][:3],
            "faults": image["faults"],
            "took_s": image["took_s"],
        }
