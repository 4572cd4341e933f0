"""`lianban explore`: everything that may happen to an order of the small world in `tests/explore`."""

from typing import Annotated

import typer

from services.cli.testing import hand_over


def explore(
    parties: Annotated[
        int | None, typer.Option(min=2, max=3, help="Acting parties; both unless given.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Stop after so many transitions.")] = 1_000_000,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; the result is the same with any number.")] = 2,
    seeded_bugs: Annotated[
        bool, typer.Option("--seeded-bugs", help="Break a rule on purpose, one after the other, and find it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Check the rules in every state that an order can reach, breadth first over commands, timers and clock.

    Exit code 1 when a rule is broken somewhere; the shortest story to it is printed.

    Example: ./lianban explore --parties 2 --most 200000
    """
    words = ["--most", str(most), "--jobs", str(jobs)]
    words += ["--parties", str(parties)] if parties else []
    words += ["--seeded-bugs"] if seeded_bugs else []
    words += ["--json"] if as_json else []
    hand_over("tests.explore.main", words)
