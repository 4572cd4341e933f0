"""`lianban bench`: how fast the engine is, beside what others would write, measured in `tests/bench`."""

from typing import Annotated

import typer

from services.cli.testing import hand_over


def bench(
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Only this measurement; may be repeated."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each pair; the median ratio is told.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure on servers of its own in a temporary folder; what is below its target is told as it is.

    Exit code 1 when a measurement could not be made, whatever the figures.

    Example: ./lianban bench --only routing --only storm
    """
    words = ["--rounds", str(rounds)]
    words += [word for name in only or () for word in ("--only", name)]
    words += ["--json"] if as_json else []
    hand_over("tests.bench.main", words)
