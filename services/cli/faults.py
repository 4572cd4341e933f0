"""`lianban faults`: the real processes under load, and all that can happen to them, from `tests/faults`."""

from typing import Annotated

import typer

from services.cli.testing import hand_over


def faults(  # noqa: PLR0913, PLR0917 - one parameter an option
    seconds: Annotated[
        float | None, typer.Option(min=5, help="How long load and faults last; 60 unless given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed throws the same faults at the same moments.")] = 1,
    plan: Annotated[
        str | None,
        typer.Option(help="Kinds of faults: a comma list, or a file with one a line. All unless given."),
    ] = None,
    lease: Annotated[
        float, typer.Option(min=6, help="Seconds of a lease; 60 is the product's. Limits go in proportion.")
    ] = 12,
    seeded_bugs: Annotated[
        bool, typer.Option("--seeded-bugs", help="Break the engine on purpose, one way after the other.")
    ] = False,
    bug: Annotated[list[str] | None, typer.Option(help="Only this seeded bug; may be repeated.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the folder of a run that found something.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Kill, stop, cut and starve a stack of its own under load, then check that nothing was lost or doubled.

    Exit code 1 when lost, duplicated, early_fires, stale_writes, false_sent or audit_drift is not 0, when the
    ledger does not verify, or when a seeded bug was not caught.

    Example: ./lianban faults --seconds 60 --seed 7 --json
    """
    words = ["--seed", str(seed), "--lease", str(lease)]
    words += ["--seconds", str(seconds)] if seconds else []
    words += ["--plan", plan] if plan else []
    words += ["--seeded-bugs"] if seeded_bugs else []
    words += [word for name in bug or () for word in ("--bug", name)]
    words += ["--keep"] if keep else []
    words += ["--json"] if as_json else []
    hand_over("tests.faults.main", words)
