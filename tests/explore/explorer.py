"""Breadth-first over everything that may happen to an order, on one or several processes, the same each time.

The frontier is taken in batches, and their results are put together in the batches' order, so that the states
found, their first paths and the counts do not depend on which process was quicker.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from time import perf_counter
from typing import Any, NamedTuple

from models.domain.orders import lives
from tests.explore.change import Violation
from tests.explore.expand import Expander, Node
from tests.explore.keys import key
from tests.explore.menu import Chapter
from tests.explore.packing import packed, unpacked
from tests.explore.stories import tell, walk
from tests.explore.world import BEGINS, context

_BATCH = 64


class Found(NamedTuple):
    """A violation and the path that led to it."""

    violation: Violation
    path: bytes


class Taken(NamedTuple):
    """One state taken further, as it is handed between processes: new states are pickled nodes."""

    transitions: int
    new: list[tuple[bytes, bytes, list[Found]]]
    broken: list[Found]


class Batch(NamedTuple):
    """The answer of a process to one batch."""

    taken: list[Taken]
    refused: int
    lives: int


Answers = Callable[[Iterable[list[bytes]]], Iterator[Batch]]


@dataclass(slots=True)
class Result:
    """What one chapter's exploration came to."""

    chapter: Chapter
    states: int = 1
    transitions: int = 0
    refused: int = 0
    lives: int = 0
    depth: int = 0
    exhausted: bool = False
    seconds: float = 0.0
    violations: Counter[str] = field(default_factory=Counter)
    first: dict[str, Found] = field(default_factory=dict)

    def take(self, found: Found) -> None:
        """Count a violation; the first one of each check is the one with the shortest story."""
        check = found.violation.check
        self.violations[check] += 1
        self.first.setdefault(check, found)

    def story(self, check: str) -> list[str]:
        """The shortest story to a violation of the check."""
        return tell(self.first[check].path, self.chapter, context())


def explore(chapter: Chapter, most: int, *, jobs: int = 1, stop_at_first: bool = False) -> Result:
    """Everything within `chapter`, to exhaustion or about `most` transitions (a batch is always finished)."""
    began = perf_counter()
    result = Result(chapter)
    with _without_advice(), _without_garbage():
        root = _root(chapter)
        seen = {key(root.order, root.now)}
        frontier = [packed(root)]
        with _workers(chapter, jobs) as answers:
            while frontier:
                frontier, complete = _level(
                    frontier, seen, result, answers, most, stop_at_first=stop_at_first
                )
                if not complete:
                    break
                result.depth += 1
            else:
                result.exhausted = True
    result.states = len(seen)
    result.seconds = perf_counter() - began
    return result


def _level(
    frontier: list[bytes],
    seen: set[bytes],
    result: Result,
    answers: Answers,
    most: int,
    *,
    stop_at_first: bool,
) -> tuple[list[bytes], bool]:
    """The states one step further, and whether all of the frontier was taken."""
    following: list[bytes] = []
    places = range(0, len(frontier), _BATCH)
    for place, batch in zip(places, answers(frontier[at : at + _BATCH] for at in places), strict=False):
        result.refused += batch.refused
        result.lives += batch.lives
        for taken in batch.taken:
            result.transitions += taken.transitions
            for found in taken.broken:
                result.take(found)
            for image, node, broken in taken.new:
                if image not in seen:
                    seen.add(image)
                    following.append(node)
                    for found in broken:
                        result.take(found)
        over = result.transitions >= most or (stop_at_first and result.violations)
        if over and place + _BATCH < len(frontier):
            return following, False
    return following, not (stop_at_first and result.violations) and result.transitions < most


def _root(chapter: Chapter) -> Node:
    """After the chapter's opening."""
    steps = list(walk(b"", chapter, context()))
    return Node(steps[-1].order, steps[-1].at, b"") if steps else Node(None, BEGINS, b"")


# ── processes ───────────────────────────────────────────────────────────────────────────────────────────


class _Process:
    """Takes batches further; what it has handed over once it does not hand over again."""

    def __init__(self, chapter: Chapter) -> None:
        self._expander = Expander(chapter, context())
        self._known: set[bytes] = set()

    def take(self, batch: list[bytes]) -> Batch:
        """Take each node of the batch further."""
        expander = self._expander
        refused, lived = expander.refused, expander.lives
        taken = [self._further(unpacked(node)) for node in batch]
        return Batch(taken, expander.refused - refused, expander.lives - lived)

    def _further(self, node: Node) -> Taken:
        expander, number = self._expander, 0
        broken = [Found(one, node.path) for one in expander.in_life(node)]
        new: list[tuple[bytes, bytes, list[Found]]] = []
        for one in expander.further(node):
            number += 1
            path = node.path + bytes((one.place,))
            broken += [Found(violation, path) for violation in one.broken]
            if one.key is not None and one.key not in self._known:
                self._known.add(one.key)
                in_state = [Found(what, path) for what in expander.in_state(one.order, one.now)]
                new.append((one.key, packed(Node(one.order, one.now, path)), in_state))
        return Taken(number, new, broken)


_here: list[_Process] = []
"""The process's own, made when it is forked."""


def _begin(chapter: Chapter) -> None:
    _here[:] = [_Process(chapter)]


def _take(batch: list[bytes]) -> Batch:
    return _here[0].take(batch)


@contextmanager
def _workers(chapter: Chapter, jobs: int) -> Iterator[Answers]:
    """Answers to batches in the batches' order, from this process or from forked ones."""
    if jobs == 1:
        process = _Process(chapter)
        yield lambda batches: map(process.take, batches)
        return
    # Forked, so that a rule broken on purpose is broken there too.
    with get_context("fork").Pool(jobs, _begin, (chapter,)) as pool:
        yield lambda batches: pool.imap(_take, batches)


@contextmanager
def replaced(where: object, name: Any, value: object) -> Iterator[None]:
    """Something else under a name of a module or in a table, for a while."""
    if isinstance(where, dict):
        kept = where[name]
        where[name] = value
    else:
        kept = getattr(where, name)
        setattr(where, name, value)
    try:
        yield
    finally:
        if isinstance(where, dict):
            where[name] = kept
        else:
            setattr(where, name, kept)


@contextmanager
def _without_advice() -> Iterator[None]:
    """A refusal lists what is allowed instead; of the many tried here nobody reads that."""
    with replaced(lives, "allowed", lambda *_: iter(())):
        yield


@contextmanager
def _without_garbage() -> Iterator[None]:
    """States are trees: looking for cycles among so many took three quarters of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
