"""`python -m tests.bench.main`: what `./lianban bench` runs in the checkout."""

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from tests import machine
from tests.bench import alerting, delivering, intake, lanes_at_work, million, others, searching
from tests.bench.figures import Figure, table
from tests.bench.servers import Bench, opened

MEASUREMENTS: dict[str, Callable[[Bench], list[Figure]]] = {
    "intake": intake.intake,
    "bulk": intake.bulk,
    "routing": lanes_at_work.routing,
    "storm": lanes_at_work.storm,
    "million": million.million,
    "delivery": delivering.delivery,
    "alert": alerting.alert,
    "lateness": alerting.lateness,
    "search": searching.search,
    "others": others.others,
}


def main() -> int:
    """Measure, print, and say by the exit code whether every measurement could be made."""
    parser = argparse.ArgumentParser(prog="lianban bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(MEASUREMENTS), default=[])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # Ended from outside, it still stops its servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begun = time.monotonic()
    figures: list[Figure] = []
    broken: dict[str, str] = {}
    with opened(options.rounds) as bench:
        for name in options.only or MEASUREMENTS:
            sys.stderr.write(f"{name} …\n")
            try:
                figures += MEASUREMENTS[name](bench)
            except Exception as error:  # noqa: BLE001 - one that broke must not take the others with it
                traceback.print_exc()
                broken[name] = f"{type(error).__name__}: {error}"[:500]
    sys.stdout.write(table(figures) + "\n")
    image = _told(figures, broken, options.rounds, time.monotonic() - begun)
    if not options.json:
        sys.stdout.write(f"\n{image['machine']}, commit {image['commit']}, {image['seconds']} s\n")
    for name, why in broken.items():
        sys.stdout.write(f"{name} could not be measured: {why}\n")
    if options.json:
        sys.stdout.write(json.dumps(image, ensure_ascii=False) + "\n")
    return 1 if broken else 0


def _told(figures: list[Figure], broken: dict[str, str], rounds: int, seconds: float) -> dict[str, Any]:
    return {
        **machine.told(),
        "rounds": rounds,
        "seconds": round(seconds),
        "load": os.getloadavg()[1],
        "figures": [one.image() for one in figures],
        "broken": broken,
    }


if __name__ == "__main__":
    sys.exit(main())
