"""The limits at their full size: forty places, a thousand messages, ten megabytes, two hundred a visitor."""

import asyncio
import re
from pathlib import Path
from time import perf_counter, sleep

import psutil
import pytest

from tests.load.test_crowd import visit
from tests.malice import messages, pour
from tests.serving import kernels
from tests.visitor import Visitor, fetch

pytestmark = pytest.mark.load
PLACES = 40


def test_forty_places_and_what_a_visitor_costs(public, tell) -> None:
    async def play() -> None:
        visitors = [await Visitor(public[0]).__aenter__() for _ in range(PLACES)]
        for number, visitor in enumerate(visitors):
            await visitor.ask(number)
        family = [*kernels(public[1]).values()]
        proportional = [megabytes(process, "Pss") for process in family]
        own = [megabytes(process, "Private_Dirty") for process in family]
        tell(
            f"a visitor costs {max(own):.0f} MB of its own, {max(proportional):.0f} MB with its share of what is common"
        )
        started = perf_counter()
        answer = await fetch(public[0])
        tell(f"visitor {PLACES + 1} is answered {answer.code} after {1e3 * (perf_counter() - started):.0f} ms")
        assert answer.code == 503
        assert perf_counter() - started < 1
        await visitors.pop().__aexit__()
        async with Visitor(public[0]) as late:
            await late.ask()
        for visitor in visitors:
            await visitor.__aexit__()
        assert len(family) == PLACES
        assert max(proportional) < 200

    asyncio.run(play())


def megabytes(process: psutil.Process, kind: str) -> float:
    """Memory of a process: Pss, or Private_Dirty."""
    told = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
    return int(re.search(rf"^{kind}: +(\d+)", told, re.MULTILINE)[1]) / 1024


def test_a_thousand_evil_messages_are_no_other_visitors_business(public, tell) -> None:
    async def evil() -> None:
        async with Visitor(public[0]) as visitor:
            await asyncio.sleep(5)
            await pour(visitor, messages(1000, 1, visitor.model))

    async def play() -> tuple[list[float], int]:
        async with asyncio.TaskGroup() as group:
            good = [group.create_task(visit(public[0], number)) for number in range(4)]
            group.create_task(evil())
        return [s for task in good for s in task.result()[0]], sum(task.result()[1] for task in good)

    seconds, errors = asyncio.run(play())
    p95 = sorted(seconds)[int(0.95 * len(seconds))]
    tell(f"four visitors beside 1,000 evil messages: p95 {1e3 * p95:.0f} ms")
    assert errors == 0
    assert p95 < 0.15


def test_a_page_that_vanishes_gives_its_place_back(public, tell) -> None:
    async def play() -> None:
        visitor = await Visitor(public[0]).__aenter__()
        visitor.listening.cancel()
        visitor.socket.close()  # without a farewell

    asyncio.run(play())
    started = perf_counter()
    while kernels(public[1]) and perf_counter() - started < 120:
        sleep(1)
    tell(f"its kernel is ended after {perf_counter() - started:.0f} s")
    assert not kernels(public[1])
