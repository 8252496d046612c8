"""Labels that belong to the classes."""

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.fixed_labels import FixedLabels
from tests.conformance_tasks import check_tasks, class_numbers


def episodes(ways=3) -> Episodes:
    pixels = torch.randint(256, (11, 6, 28, 28), dtype=torch.uint8, generator=generator(0))
    return Episodes(ImageSet(pixels, tuple(map(str, range(11)))), ways, shots=2, queries=2)


def test_a_class_has_the_same_label_in_every_task():
    tasks = FixedLabels(episodes())
    check_tasks(tasks)
    drawn = tasks.sample(50, generator(0))
    assert torch.equal(class_numbers(drawn.support_x, tasks.episodes) % 3, drawn.support_y)
    assert torch.equal(class_numbers(drawn.query_x, tasks.episodes) % 3, drawn.query_y)
    assert (torch.nn.functional.one_hot(drawn.support_y, 3).sum(1) == 2).all()
    assert len(class_numbers(drawn.support_x, tasks.episodes).unique()) == 9


def test_every_label_needs_classes():
    with pytest.raises(MetaKitError, match="two classes at least"):
        FixedLabels(episodes(ways=6))
