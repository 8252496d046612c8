"""Long answers of the image widgets: the page is heard in between, a newer question ends an older one."""

import asyncio
from time import thread_time

import pytest
import torch
from ipywidgets.widgets.widget import _instances
from torch import nn

from metakit.core import MetaKitError
from metakit.learners.optimization_based.reptile import Reptile
from metakit.nets.encoders import Conv4
from metakit.widgets.episode_explorer import EpisodeExplorer
from metakit.widgets.image_adaptation import ImageAdaptation
from metakit.widgets.inner_loop_lab import InnerLoopLab
from tests.pace import within
from tests.widgets.images import drawings, maml, prototypical

SLICE = 0.1  # seconds of this thread


@pytest.fixture(autouse=True)
def closed_afterwards():
    """Slow and broken widgets must not stay in a kernel whose widgets other tests record."""
    before = set(_instances)
    yield
    for name in set(_instances) - before:
        _instances[name].close()


def adaptation() -> ImageAdaptation:
    return ImageAdaptation(drawings(), {"one step": maml(steps=1), "five steps": maml()})


def explorer() -> EpisodeExplorer:
    return EpisodeExplorer({"noise": drawings()}, {"MAML": maml(), "prototypes": prototypical()})


@pytest.mark.parametrize("make", [adaptation, explorer])
def test_the_page_is_answered_later_and_a_cell_at_once(make) -> None:
    async def both() -> None:
        asked, set_by_a_cell = make(), make()
        before = asked.view
        asked.set_state({"episode": 3})
        assert asked.view == before
        set_by_a_cell.episode = 3
        assert set_by_a_cell.view != before
        await asked._going
        assert asked.view == set_by_a_cell.view

    asyncio.run(both())


def test_without_a_loop_the_page_is_answered_at_once() -> None:
    widget = adaptation()
    before = widget.view
    widget.set_state({"episode": 3})
    assert widget.view != before


def test_a_newer_question_ends_an_older_one() -> None:
    async def twice() -> None:
        widget, expected, seen = adaptation(), adaptation(), []
        widget.observe(lambda change: seen.append(change.new), "view")
        widget.set_state({"episode": 3})
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        widget.set_state({"episode": 4})
        await widget._going
        expected.episode = 4
        assert seen == [expected.view]

    asyncio.run(twice())


def test_a_knob_turned_while_an_episode_is_learned_loses_neither() -> None:
    async def both() -> None:
        lab, expected = (InnerLoopLab(drawings(), {"two": maml(steps=2), "three": maml(steps=3)}) for _ in range(2))
        lab.set_state({"episode": 3})
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        lab.set_state({"speed": 2})
        await lab._going
        expected.episode = 3
        expected.speed = 2
        assert lab.view == expected.view

    asyncio.run(both())


@pytest.mark.parametrize("kind", [ImageAdaptation, EpisodeExplorer])
def test_fifty_inner_steps_keep_nobody_waiting(kind) -> None:
    torch.manual_seed(0)
    slow = Reptile(Conv4(64), nn.Linear(64, 5), steps=50, optimizer="adam").eval()
    images = {"noise": drawings()} if kind is EpisodeExplorer else drawings()

    async def longest_slice() -> float:
        widget, slices = kind(images, {"Reptile": slow}), []
        started = thread_time()
        widget.set_state({"episode": 3})
        slices.append(thread_time() - started)
        while not widget._going.done():
            started = thread_time()
            await asyncio.sleep(0)
            slices.append(thread_time() - started)
        assert len(slices) > 50
        return max(slices)

    fastest = min(asyncio.run(longest_slice()) for _ in range(2))
    assert within(fastest, SLICE), f"a slice of {1e3 * fastest:.0f} ms"


def test_a_fault_in_a_slice_is_told() -> None:
    widget, told = adaptation(), []

    def fails(*_: object) -> None:
        raise ValueError("no")

    async def asked() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about["exception"]))
        widget._learners["five steps"].frames = fails
        widget.set_state({"episode": 3})
        await asyncio.wait([widget._going])
        await asyncio.sleep(0)

    asyncio.run(asked())
    assert [str(each) for each in told] == ["no"]


def test_a_closed_widget_does_no_more_work() -> None:
    async def closed() -> int:
        widget, done = adaptation(), []
        learner = widget._learners["five steps"]
        frames = learner.frames
        learner.frames = lambda task: (done.append(1) or frame for frame in frames(task))
        widget.set_state({"episode": 3})
        await asyncio.sleep(0)
        widget.close()
        await asyncio.sleep(0.05)
        return len(done)

    assert asyncio.run(closed()) == 0


def test_a_learner_that_fails_is_told_in_the_picture() -> None:
    widget = adaptation()

    def fails(_task):
        raise MetaKitError("Choose another task.")
        yield

    widget._learners["five steps"].frames = fails
    widget.episode = 3
    assert widget.view["error"] == "Choose another task."
    del widget._learners["five steps"].frames
    widget.episode = 4
    assert "error" not in widget.view
