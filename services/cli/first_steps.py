"""What `up` does between the servers and our own processes: migrate, load the example, make sign-in links.

A process of its own, `python -m services.cli.first_steps`: the supervisor stays small for as long as it runs.
"""

import json
import sys
from contextlib import redirect_stdout

import typer

from services.cli.operating import plainly
from services.cli.schema import bring_up_to_date
from services.settings import settings


def main() -> None:
    """Write the sign-in links as JSON: a list of pairs of label and address."""
    from services import bootstrap

    told = settings()
    bootstrap.set_up_logging(told)
    # Whatever they log is not part of the answer.
    with redirect_stdout(sys.stderr), plainly():
        bring_up_to_date(told.database_url)
        bootstrap.load_example_if_empty(told)
        links = bootstrap.sign_in_links(told)
    json.dump([list(pair) for pair in links], sys.stdout)


if __name__ == "__main__":
    try:
        main()
    except typer.Exit as error:  # told on standard error, which is the log
        sys.exit(error.exit_code)
