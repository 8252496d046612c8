"""The planted shortcut: where the marks lie, and that nothing else changes."""

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.marked import Marked
from tests.conformance_tasks import check_tasks


def episodes(ways: int = 5) -> Episodes:
    pixels = torch.randint(0, 200, (20, 8, 28, 28), generator=generator(0)).to(torch.uint8)
    return Episodes(ImageSet(pixels, tuple(map(str, range(20)))), ways, shots=2, queries=3)


def place(x: torch.Tensor) -> torch.Tensor:
    """Where the mark of each image is: the first column of full ink in the upper two rows, in marks."""
    return (x[..., 0, :2, :].amin(-2) == 1).float().argmax(-1) // 2


def test_conformance():
    check_tasks(Marked(episodes()))


def test_the_mark_is_at_the_place_of_the_class():
    task = Marked(episodes()).sample(4, generator(0))
    assert torch.equal(place(task.support_x), task.support_y)
    assert torch.equal(place(task.query_x), task.query_y)


def test_a_moved_mark_is_that_of_another_class_of_the_episode():
    task = Marked(episodes(), "moved").sample(50, generator(0))
    moved = place(task.query_x)
    assert torch.equal(place(task.support_x), task.support_y)
    assert (moved != task.query_y).all()
    assert moved.unique().tolist() == [0, 1, 2, 3, 4]


def test_the_drawing_below_the_mark_stays():
    plain, marked = episodes().sample(3, generator(1)), Marked(episodes()).sample(3, generator(1))
    assert torch.equal(plain.query_x[..., 2:, :], marked.query_x[..., 2:, :])


def test_there_is_room_for_fourteen_classes():
    Marked(episodes(14))
    with pytest.raises(MetaKitError, match="at most 14"):
        Marked(episodes(15))
