"""Twenty at once, one after another, four at a time: nobody waits, nobody is lost, nothing is left behind."""

import asyncio
from time import perf_counter, sleep

import pytest

from tests.serving import kernels
from tests.visitor import Visitor

pytestmark = pytest.mark.load
VISITORS, SECONDS, PACE = 20, 60, 0.5  # seconds between two events of a visitor
STROKES = 8  # queries drawn until the visitor takes other characters


def test_twenty_visitors_of_two_events_a_second(public, tell) -> None:
    seconds, errors = asyncio.run(crowd(public[0]))
    seconds.sort()
    p50, p95 = (seconds[int(share * len(seconds))] for share in (0.5, 0.95))
    tell(f"{VISITORS} visitors, {len(seconds)} events: median {1e3 * p50:.0f} ms, p95 {1e3 * p95:.0f} ms, "
         f"slowest {1e3 * seconds[-1]:.0f} ms, {errors} errors")  # fmt: skip
    assert errors == 0
    assert len(seconds) == VISITORS * SECONDS / PACE
    assert p95 < 0.15


async def crowd(url: str) -> tuple[list[float], int]:
    """Every visitor asks on; seconds of every answer, and how many errors were told."""
    async with asyncio.TaskGroup() as group:
        visits = [group.create_task(visit(url, number)) for number in range(VISITORS)]
    return [s for task in visits for s in task.result()[0]], sum(task.result()[1] for task in visits)


async def visit(url: str, number: int) -> tuple[list[float], int]:
    """One visitor: a query every half second, other characters after every eighth."""
    found = []
    async with Visitor(url) as visitor:
        await visitor.ask(number)
        await asyncio.sleep(5 + PACE * number / VISITORS)  # all are in, and do not tap in step
        due = perf_counter()
        for event in range(int(SECONDS / PACE)):
            found.append(await visitor.ask(number + (event + number) // STROKES, event))  # not all at the same moment
            due += PACE
            await asyncio.sleep(max(0, due - perf_counter()))
        return found, len(visitor.errors)


def test_two_hundred_comings_and_goings_leave_nothing(public, tell) -> None:
    started = perf_counter()
    asyncio.run(comings(public[0], 200, at_once=1))
    tell(f"200 visits one after the other: {(perf_counter() - started) / 200:.2f} s each")
    sleep(5)
    assert kernels(public[1]) == {}


def test_a_hundred_and_twenty_pages_four_at_a_time(public, tell) -> None:
    seconds = sorted(asyncio.run(comings(public[0], 120, at_once=4)))
    tell(f"120 pages four at a time: median {seconds[60]:.2f} s to the first answer, slowest {seconds[-1]:.2f} s")
    assert len(seconds) == 120


async def comings(url: str, visits: int, at_once: int) -> list[float]:
    """Seconds from opening the page to its first answer, of every visit."""
    door = asyncio.Semaphore(at_once)

    async def come(number: int) -> float:
        async with door:
            started = perf_counter()
            async with Visitor(url) as visitor:
                await visitor.ask(number)
                return perf_counter() - started

    return await asyncio.gather(*map(come, range(visits)))
