"""What is asked at the same time is done together, each with an answer of its own."""

import asyncio
from collections.abc import Iterator, Sequence
from threading import Event

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from services.api.together import Together


class Work:
    """Doubles numbers when it is let; keeps the parts that it was given."""

    def __init__(self) -> None:
        self.parts: list[list[int]] = []
        self.begun, self.may = Event(), Event()

    def __call__(self, asked: Sequence[int]) -> list[int | Exception]:
        self.parts.append(list(asked))
        self.begun.set()
        self.may.wait(10)
        if 13 in asked:
            raise RuntimeError("all of them")
        return [ValueError("odd") if one % 2 else 2 * one for one in asked]


@pytest.fixture
def portal() -> Iterator[BlockingPortal]:
    """A loop beside this thread, which may have one already: that of the browser tests."""
    with start_blocking_portal() as portal:
        yield portal


async def asked(work: Work, numbers: Sequence[int], most: int = 100) -> list[int | BaseException]:
    """Answers to the first number, which is at work while the others come, and to those."""
    together = Together(work, most=most)
    first = asyncio.create_task(together.do(numbers[0]))
    await asyncio.to_thread(work.begun.wait, 10)
    others = [asyncio.create_task(together.do(one)) for one in numbers[1:]]
    await asyncio.sleep(0)
    work.may.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


def test_those_that_come_while_one_is_at_work_are_the_next_part(portal: BlockingPortal) -> None:
    work = Work()
    assert portal.call(asked, work, [2, 4, 6, 8]) == [4, 8, 12, 16]
    assert work.parts == [[2], [4, 6, 8]]


def test_a_part_has_an_end(portal: BlockingPortal) -> None:
    work = Work()
    portal.call(asked, work, [2, 4, 6, 8], 2)
    assert work.parts == [[2], [4, 6], [8]]


def test_what_is_wrong_with_one_is_told_to_that_one(portal: BlockingPortal) -> None:
    first, second, third = portal.call(asked, Work(), [2, 3, 4])
    assert (first, third) == (4, 8)
    assert isinstance(second, ValueError)


def test_what_breaks_a_part_is_told_to_all_of_it_and_to_nobody_else(portal: BlockingPortal) -> None:
    first, *others = portal.call(asked, Work(), [2, 13, 4])
    assert first == 4
    assert [type(one) for one in others] == [RuntimeError, RuntimeError]


def test_who_went_away_meanwhile_costs_the_others_nothing(portal: BlockingPortal) -> None:
    async def story() -> int:
        work = Work()
        together = Together(work, most=100)
        first = asyncio.create_task(together.do(2))
        await asyncio.to_thread(work.begun.wait, 10)
        gone, stays = asyncio.create_task(together.do(4)), asyncio.create_task(together.do(6))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        work.may.set()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert work.parts[1:] in ([], [[6]])
        return await first + await stays

    assert portal.call(story) == 16


def test_after_a_rest_it_works_on(portal: BlockingPortal) -> None:
    async def story() -> list[int]:
        work = Work()
        work.may.set()
        together = Together(work, most=100)
        return [await together.do(one) for one in (2, 4)]

    assert portal.call(story) == [4, 8]
