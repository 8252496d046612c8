"""Randomly projected and relabelled images."""

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.projected import Projected
from tests.conformance_tasks import check_tasks

FEATURES = ImageSet(torch.randn(12, 6, 10, generator=generator(0)), tuple(map(str, range(12))))
EPISODES = Episodes(FEATURES, 3, 2, 2)


def test_the_contract():
    check_tasks(Projected(EPISODES, 50, numbers=4))
    check_tasks(Projected(EPISODES, numbers=4))
    pixels = ImageSet(torch.randint(256, (5, 6, 8, 8), dtype=torch.uint8), tuple("abcde"))
    check_tasks(Projected(Episodes(pixels, 3, 1, 1), numbers=6))


def classes_and_maps(tasks, drawn):
    """Which classes the labels 0, 1, 2 are, and the projection, found by least squares over the images themselves."""
    images = FEATURES.images.flatten(0, 1)
    found = set()
    for x, y in zip(drawn.support_x, drawn.support_y, strict=True):
        for classes, projection in zip(*tasks._kept, strict=True):
            near = torch.cdist(x, images @ projection).min(-1)
            if bool((near.values < 1e-4).all()):
                assert torch.equal(classes[y], near.indices // 6)
                found.add(tuple(projection.flatten().tolist()))
    return found


def test_there_are_no_more_tasks_than_said():
    tasks = Projected(EPISODES, 4, numbers=8)
    assert len(classes_and_maps(tasks, tasks.sample(60, generator(1)))) == 4
    assert torch.equal(tasks._kept[1], Projected(EPISODES, 4, numbers=8)._kept[1])
    assert not torch.equal(tasks._kept[1], Projected(EPISODES, 4, numbers=8, seed=1)._kept[1])


def test_without_a_number_every_task_is_new():
    tasks = Projected(EPISODES, 4, numbers=8)
    assert not classes_and_maps(tasks, Projected(EPISODES, numbers=8).sample(60, generator(1)))


def test_no_task_is_a_mistake():
    with pytest.raises(MetaKitError, match="1 or more"):
        Projected(EPISODES, 0)
