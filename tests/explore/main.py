"""`python -m tests.explore.main`: what `./lianban explore` runs in the checkout."""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from tests import machine
from tests.explore.bugs import BUGS, Bug
from tests.explore.chapters import chapters
from tests.explore.explorer import Result, explore
from tests.explore.menu import Chapter
from tests.explore.world import CATEGORY

_MOST_FOR_A_BUG = 60_000


@dataclass(frozen=True, slots=True)
class Hunt:
    """A rule broken on purpose, and what came of looking for it."""

    bug: Bug
    result: Result

    @property
    def caught(self) -> str | None:
        """The check that found it."""
        return next((check for check in self.result.first if check in self.bug.found_by), None)


def hunt(bug: Bug, *, jobs: int = 1, most: int = _MOST_FOR_A_BUG) -> Hunt:
    """Explore with the rule broken, until something is found."""
    chapter = next(one for one in chapters(bug.parties) if one.name == bug.chapter)
    with bug.broken():
        return Hunt(bug, explore(chapter, most, jobs=jobs, stop_at_first=True))


def story_of(found: Hunt) -> list[str]:
    """The shortest story to what was found, told while the rule is broken still."""
    check = found.caught or next(iter(found.result.first))
    with found.bug.broken():
        return found.result.story(check)


def main() -> int:
    """Explore, print, and say by the exit code whether all is well."""
    parser = argparse.ArgumentParser(prog="lianban explore", description=__doc__)
    parser.add_argument("--parties", type=int, choices=sorted(CATEGORY))
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--seeded-bugs", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # A bug is found or not by what is explored first: one process, so that it is the same story each time.
    return _hunt_all(options.json) if options.seeded_bugs else _explore_all(options)


def _explore_all(options: argparse.Namespace) -> int:
    began = perf_counter()
    wanted = [options.parties] if options.parties else sorted(CATEGORY)
    todo = [one for parties in wanted for one in chapters(parties)]
    results: list[Result] = []
    for place, chapter in enumerate(todo):
        left = options.most - sum(one.transitions for one in results)
        result = explore(chapter, max(left // (len(todo) - place), 1), jobs=options.jobs)
        results.append(result)
        if not options.json:
            _say(result)
    image = _summed(results, perf_counter() - began) | {"jobs": options.jobs}
    _print(json.dumps(image, ensure_ascii=False) if options.json else _in_words(image))
    return 1 if image["violations"] else 0


def _say(result: Result) -> None:
    chapter = result.chapter
    end = "to the end" if result.exhausted else ""
    speed = result.transitions / max(result.seconds, 0.001)
    _print(
        f"{chapter.parties} parties  {chapter.name:20} {result.states:>9,} states"
        f" {result.transitions:>9,} transitions  depth {result.depth:>2} {end:10} {speed:>6,.0f}/s"
        f" {result.violations.total():>4} violations"
    )
    for check, found in result.first.items():
        _print(f"  {check}: {found.violation.what} ({result.violations[check]} times)")
        for line in result.story(check):
            _print(f"    {line}")


def _summed(results: list[Result], seconds: float) -> dict[str, Any]:
    transitions = sum(one.transitions for one in results)
    return {
        "states": sum(one.states for one in results),
        "transitions": transitions,
        "refused": sum(one.refused for one in results),
        "lives_walked_again": sum(one.lives for one in results),
        "depth": max(one.depth + len(one.chapter.opening) for one in results),
        "violations": sum(one.violations.total() for one in results),
        "stories": {
            check: {"times": one.violations[check], "what": found.violation.what, "story": one.story(check)}
            for one in results
            for check, found in one.first.items()
        },
        "chapters": [_chapter(one) for one in results],
        "seconds": round(seconds, 1),
        "transitions_per_second": round(transitions / max(seconds, 0.001)),
        **machine.told(),
    }


def _chapter(one: Result) -> dict[str, Any]:
    chapter: Chapter = one.chapter
    return {
        "parties": chapter.parties,
        "name": chapter.name,
        "states": one.states,
        "transitions": one.transitions,
        "refused": one.refused,
        "depth": one.depth + len(chapter.opening),
        "exhausted": one.exhausted,
        "violations": one.violations.total(),
    }


def _in_words(image: dict[str, Any]) -> str:
    return (
        f"{image['states']:,} states, {image['transitions']:,} transitions, {image['refused']:,} refused,"
        f" depth {image['depth']}, {image['violations']} violations,"
        f" {image['seconds']} s, {image['transitions_per_second']:,} transitions a second"
    )


def _hunt_all(as_json: bool) -> int:
    hunts = [hunt(bug) for bug in BUGS]
    told: list[dict[str, Any]] = [
        {
            "bug": one.bug.name,
            "caught": one.caught is not None,
            "by": one.caught or next(iter(one.result.first), None),
            "transitions": one.result.transitions,
            "story": story_of(one) if one.result.first else [],
        }
        for one in hunts
    ]
    caught = sum(one.caught is not None for one in hunts)
    if as_json:
        _print(
            json.dumps(
                {"bugs": len(hunts), "caught": caught, "found": told, "commit": machine.commit()},
                ensure_ascii=False,
            )
        )
    else:
        for one in told:
            _print(f"{one['bug']}: {'caught by ' if one['caught'] else 'NOT CAUGHT '}{one['by']}")
            for line in one["story"]:
                _print(f"    {line}")
        _print(f"{caught} of {len(hunts)} caught")
    return 0 if caught == len(hunts) else 1


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
