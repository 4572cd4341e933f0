"""`python -m tests.faults.main`: what `./lianban faults` runs in the checkout."""

import argparse
import json
import sys
from datetime import timedelta
from typing import Any

from tests.faults.bugs import BUGS
from tests.faults.hunting import hunt
from tests.faults.plan import KINDS, UnknownFault, chosen
from tests.faults.run import Order, run


def main() -> int:
    """Run, print one JSON object as the last line, and say by the exit code whether all is well."""
    parser = argparse.ArgumentParser(prog="lianban faults", description=__doc__)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan")
    parser.add_argument("--lease", type=float, default=12)
    parser.add_argument("--seeded-bugs", action="store_true")
    parser.add_argument("--bug", action="append", choices=BUGS)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        kinds = chosen(given.plan)
    except UnknownFault as error:
        parser.error(f"{error} There are: {', '.join(KINDS)}.")
    hunts = given.seeded_bugs or given.bug
    seconds = given.seconds or (0.0 if hunts else 60.0)
    order = Order(seconds, given.seed, kinds, lease=timedelta(seconds=given.lease), keep=given.keep)
    image = _hunted(order, given) if hunts else run(order)
    _say(json.dumps(image, ensure_ascii=False, default=str) if given.json else _in_words(image))
    return 0 if image["good"] else 1


def _hunted(order: Order, given: argparse.Namespace) -> dict[str, Any]:
    found = list(hunt(order, given.bug or BUGS, str if given.json else _say))
    caught = sum(one["caught"] for one in found)
    return {"bugs": len(found), "caught": caught, "found": found, "good": caught == len(found)}


def _in_words(image: dict[str, Any]) -> str:
    lines = [f"{name}: {value}" for name, value in image.items() if name not in {"found", "violations"}]
    return "\n".join([*lines, *image.get("violations", ())])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
