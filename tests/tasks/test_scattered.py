"""Labels scattered over more places than there are ways."""

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.scattered import Scattered
from tests.conformance_tasks import check_tasks

EPISODES = Episodes(ImageSet(torch.randn(9, 6, 4, generator=generator(0)), tuple("abcdefghi")), 3, 2, 2)


def test_labels_move_and_stay_apart():
    tasks = Scattered(EPISODES, 7)
    check_tasks(tasks)
    drawn, plain = tasks.sample(500, generator(0)), EPISODES.sample(500, generator(0))
    assert torch.equal(drawn.support_x, plain.support_x)
    for y, labels in ((drawn.support_y, plain.support_y), (drawn.query_y, plain.query_y)):
        same = labels[:, :, None] == labels[:, None]
        assert torch.equal(y @ y.mT, same.float()), "one place a label"
    assert torch.equal(drawn.support_y.sum((1,)) > 0, drawn.query_y.sum((1,)) > 0), "the same places in the query set"
    used = drawn.support_y.sum((0, 1))
    assert used.min() > 0.8 * used.mean(), "no place is a favourite"


def test_too_few_places_are_told():
    with pytest.raises(MetaKitError, match="2 places"):
        Scattered(EPISODES, 2).sample(1, generator(0))
