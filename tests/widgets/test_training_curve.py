"""The live training curve, without a browser."""

import asyncio
from collections.abc import Iterator
from itertools import count
from threading import Event

import pytest

from metakit.core import MetaKitError
from metakit.train import Record
from metakit.widgets.training_curve import MOST_DOTS, TrainingCurve
from tests.conformance_widgets import check_widget


def records(steps: int) -> Iterator[Record]:
    return (Record(step, 4.0 / step, 1e-3, 0.0) for step in range(1, steps + 1))


def drawn(curve: TrainingCurve) -> object:
    return [curve.total, curve.dots, curve.references]


def test_conformance():
    check_widget(lambda: TrainingCurve(records(3), 3), drawn, total=(1, 500, 10_000))


def test_it_follows_the_run_to_its_end():
    curve = TrainingCurve(records(1000), total=1000)
    assert curve.status == "ready"
    assert len(asyncio.run(curve.start().wait())) == 1000
    assert (curve.status, curve.step) == ("done", 1000)
    assert len(curve.dots) <= MOST_DOTS + 1
    assert curve.dots[-1][:2] == [1000, 0.004]


def test_stop_ends_a_run_and_keeps_what_was_learned():
    begun = Event()

    def endless() -> Iterator[Record]:
        for step in count(1):
            begun.set()
            yield Record(step, 1.0, 1e-3, 0.0)

    curve = TrainingCurve(endless(), total=10**9)
    curve.start()
    assert begun.wait(10)
    curve.stop = True
    assert asyncio.run(curve.wait())
    assert curve.status == "stopped"
    assert curve.step == len(curve.records)


def test_an_error_in_the_loop_is_raised_by_wait():
    def broken() -> Iterator[Record]:
        yield Record(1, 1.0, 1e-3, 0.0)
        raise MetaKitError("The disk is full: make room.")

    with pytest.raises(MetaKitError, match="disk is full"):
        asyncio.run(TrainingCurve(broken(), total=2).wait())


def test_wait_starts_a_run_that_was_not_started():
    assert len(asyncio.run(TrainingCurve(records(5), total=5).wait())) == 5


def test_an_interrupt_stops_the_run_and_not_the_cell():
    def endless() -> Iterator[Record]:
        for step in count(1):
            yield Record(step, 1.0, 1e-3, 0.0)

    async def interrupted() -> list[Record]:
        waiting = asyncio.create_task(curve.wait())
        await asyncio.sleep(0.05)
        waiting.cancel()  # what the kernel does to a cell that awaits
        return await waiting

    curve = TrainingCurve(endless(), total=10**9)
    assert asyncio.run(interrupted())
    assert curve.status == "stopped"


def test_a_first_loss_that_is_far_off_is_soon_forgotten():
    losses = [Record(step, 100.0 if step == 1 else 1.0, 1e-3, 0.0) for step in range(1, 101)]
    curve = TrainingCurve(iter(losses), total=100)
    asyncio.run(curve.start().wait())
    assert curve.dots[0][2] == 100
    assert curve.dots[-1][2] < 1.2
