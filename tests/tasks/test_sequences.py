"""Sequences of images with fixed labels: what each dial does."""

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet
from metakit.tasks.sequences import Sequences
from tests.conformance_tasks import check_tasks

NAMES = tuple(map(str, range(30)))
IMAGES = ImageSet(torch.randint(256, (30, 20, 8, 8), dtype=torch.uint8, generator=generator(0)), NAMES)
NUMBERED = ImageSet(torch.arange(600).view(30, 20, 1).float(), NAMES)  # features that tell which drawing it is


def share(seen):
    return float(seen.float().mean())


def test_the_contract():
    check_tasks(Sequences(IMAGES, burstiness=1))
    check_tasks(Sequences(IMAGES, burstiness=0.5, zipf=1))


def test_a_label_is_its_class_in_every_sequence():
    drawn = Sequences(NUMBERED, drawers=20).sample(50, generator(0))
    x, y = torch.cat([drawn.support_x, drawn.query_x], 1), torch.cat([drawn.support_y, drawn.query_y], 1)
    assert torch.equal(x[..., 0] // 20, y.argmax(-1).float())
    assert x[..., 0].unique().numel() > 300
    assert (y.sum(-1) == 1).all()


def test_bursty_sequences_show_two_classes_three_times():
    classes = Sequences(IMAGES, burstiness=1).classes(200, generator(0))
    for row in classes.tolist():
        context, query = row[:8], row[8]
        assert sorted(context.count(each) for each in set(context)) == [1, 1, 3, 3]
        assert context.count(query) == 3


def test_burstiness_is_the_share_of_queries_that_are_shown():
    for burstiness in (0.0, 0.5, 0.9):
        classes = Sequences(IMAGES, burstiness).classes(4000, generator(0))
        shown = (classes[:, :8] == classes[:, 8:]).sum(1) >= 3
        assert share(shown) == pytest.approx(burstiness, abs=0.03)
    apart = Sequences(IMAGES, 0.0, distinct=True).classes(500, generator(0))
    assert all(len(set(row)) == 9 for row in apart.tolist())


def test_zipf_decides_how_often_a_class_comes_up():
    classes = Sequences(IMAGES, 0.0, zipf=1.0).classes(5000, generator(0))
    counted = classes.flatten().bincount(minlength=30).double()
    expected = 1 / torch.arange(1, 31, dtype=torch.float64)
    torch.testing.assert_close(counted / counted.sum(), expected / expected.sum(), atol=0.004, rtol=0)


def test_one_drawer_draws_a_class_always_alike():
    drawn = Sequences(NUMBERED, drawers=1).sample(20, generator(0))
    assert (drawn.support_x % 20 == 0).all()
    assert (drawn.query_x % 20 == 0).all()
    of_three = Sequences(NUMBERED, drawers=3).sample(50, generator(0)).support_x % 20
    assert sorted(of_three.unique().tolist()) == [0, 1, 2]


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"burstiness": 1.5}, "choose 0 to 1"), ({"drawers": 21}, "20 drawings"), ({"drawers": 0}, "20 drawings")],
)
def test_mistakes_are_told(settings, says):
    with pytest.raises(MetaKitError, match=says):
        Sequences(IMAGES, **settings)
    with pytest.raises(MetaKitError, match="needs 9 classes"):
        Sequences(IMAGES.select(list(range(8))))
