"""`python -m services.cli.alive pulse|lanes`: a question of a health check, answered by the exit code.

`pulse`: did one of the pulses do a round lately? `lanes`: does no due work wait for long?
"""

import sys
from datetime import timedelta

from services.cli.operating import at_work
from services.store.claims import Queue, waiting
from services.store.contexts import Sql
from services.store.heartbeats import read
from services.store.transactions import now_of, transaction

SILENT = timedelta(seconds=30)
LATE = timedelta(seconds=60)


def beats(sql: Sql) -> bool:
    """Whether a pulse gave a sign of life lately."""
    now, last = now_of(sql), read(sql).get("pulse")
    return last is not None and now - last[0] < SILENT


def flows(sql: Sql) -> bool:
    """Whether every lane is worked off."""
    return all((waiting(sql, queue) or timedelta()) < LATE for queue in Queue)


QUESTIONS = {"pulse": beats, "lanes": flows}


def main(words: list[str]) -> int:
    """0 for yes, 1 for no, 2 for a question that there is not."""
    if len(words) != 1 or words[0] not in QUESTIONS:
        sys.stderr.write(f"ask one of: {', '.join(QUESTIONS)}\n")
        return 2
    with at_work() as shop, transaction(shop.engine) as sql:
        return 0 if QUESTIONS[words[0]](sql) else 1


if __name__ == "__main__":
    import typer

    try:
        sys.exit(main(sys.argv[1:]))
    except typer.Exit as end:
        sys.exit(end.exit_code)
