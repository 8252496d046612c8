"""N-way K-shot episodes: what is drawn, how often, in which order, how fast."""

from collections import Counter

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from metakit.core import MetaKitError
from metakit.tasks.base import Mixture, generator
from metakit.tasks.episodes import Episodes, ImageSet, draw_distinct
from tests import conformance_tasks
from tests.conformance_tasks import check_episodes
from tests.tasks.conftest import numbered


@pytest.mark.parametrize(
    ("ways", "shots", "queries"),
    [(5, 1, 15), (20, 5, 3), (2, 19, 1), (12, 1, 19)],
    ids=["5w1s", "20w5s", "nearly all examples", "every class"],
)
def test_episodes_keep_the_contract(ways, shots, queries):
    check_episodes(Episodes(numbered(max(ways, 12), 20), ways, shots, queries), n_tasks=120)


def test_classes_of_different_sizes_show_only_what_they_have():
    ragged = numbered(8, 12, counts=[12, 3, 5, 3, 9, 4, 12, 7])
    check_episodes(Episodes(ragged, 4, 1, 2), n_tasks=200)
    drawn = Episodes(ragged, 8, 1, 2).sample(300, generator(0))
    assert drawn.support_x[..., 5, 5].max() == drawn.query_x[..., 5, 5].max() == 0  # what is missing is 255 throughout


def test_every_example_is_drawn_alike():
    episodes = Episodes(numbered(4, 6), 2, 1, 1)
    drawn = episodes.sample(6000, generator(0))
    for x in (drawn.support_x, drawn.query_x):
        codes = (x[:, :, 0, 0, 1:3] * 255).round().long()
        counted = torch.bincount((codes[..., 0] * 6 + codes[..., 1] - 1).flatten(), minlength=24)
        conformance_tasks.assert_uniform(counted, 6000 * 2 / 24, "examples")


@pytest.mark.parametrize(("n", "population"), [(3, 5), (3, 12), (1, 4)], ids=["shuffled", "rejected", "one"])
def test_distinct_draws_are_uniform_over_ordered_draws(n, population):
    drawn = draw_distinct(20_000, n, population, generator(0))
    assert drawn.min() == 0
    assert drawn.max() == population - 1
    assert all(len(set(row)) == n for row in drawn[:2000].tolist())
    weights = population ** torch.arange(n)
    counted = Counter((drawn * weights).sum(1).tolist())
    possible = torch.tensor([population - i for i in range(n)]).prod().item()
    counts = torch.tensor(list(counted.values()) + [0] * (possible - len(counted)))
    conformance_tasks.assert_uniform(counts, 20_000 / possible, "ordered draws")


def test_rotated_classes_are_new_classes():
    images = numbered(3, 2, counts=[2, 1, 2])
    turned = images.rotated()
    assert len(turned) == len(set(turned.names)) == 12
    assert turned.counts.tolist() == [2, 1, 2] * 4
    for turns in range(4):
        part = turned.images[3 * turns : 3 * turns + 3]
        assert torch.equal(part, torch.rot90(images.images, turns, (2, 3)))
        assert turned.names[3 * turns] == f"c0@{90 * turns}"


def test_select_keeps_names_images_and_counts_together():
    images = numbered(5, 3, counts=[1, 2, 3, 2, 1]).select([4, 2])
    assert images.names == ("c4", "c2")
    assert images.images[:, 0, 0, 1].tolist() == [4, 2]
    assert images.counts.tolist() == [1, 3]
    assert images.fewest == 1


def test_images_come_out_as_ink_between_0_and_1():
    images = ImageSet(torch.arange(256, dtype=torch.uint8).view(1, 2, 8, 16), ("c",))
    drawn = Episodes(images, 1, 1, 1).sample(1, generator(0))
    both = torch.cat([drawn.support_x, drawn.query_x], 1).flatten().sort().values
    torch.testing.assert_close(both, torch.arange(256) / 255)
    assert drawn.support_x.shape == (1, 1, 1, 8, 16)
    assert drawn.support_x.is_contiguous()
    assert drawn.query_x.is_contiguous()


def test_any_ways_draws_each_choice():
    images = numbered(10, 4)
    mixed = Mixture(tuple(Episodes(images, n, 1, 1) for n in (2, 5)))
    rng = generator(0)
    seen = Counter(int(mixed.sample(2, rng).support_y.max()) + 1 for _ in range(60))
    assert set(seen) == {2, 5}
    assert min(seen.values()) > 15


@pytest.mark.parametrize(
    ("ways", "shots", "queries", "sentence"),
    [
        (11, 1, 1, "11 ways need as many classes, but there are 10: choose a smaller N."),
        (5, 3, 2, "need 5 examples a class, but 'c0' has 4: choose a smaller K or fewer queries, or add examples."),
        (0, 1, 1, "choose N and K of at least 1."),
        (5, 0, 1, "choose N and K of at least 1."),
    ],
)
def test_what_cannot_be_drawn_is_told(ways, shots, queries, sentence):
    with pytest.raises(MetaKitError) as error:
        Episodes(numbered(10, 4), ways, shots, queries)
    assert sentence in str(error.value)


class Operations(TorchDispatchMode):
    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("n_tasks", [1, 100])
def test_operations_do_not_grow_with_the_tasks(n_tasks):
    episodes = Episodes(numbered(400, 20), 5, 1, 15)
    with Operations() as operations:
        episodes.sample(n_tasks, generator(0))
    assert operations.count <= 60


@pytest.mark.parametrize("broken", ["repeats", "mislabels", "in order"])
def test_the_checks_find_bad_episodes(broken):
    class Bad(Episodes):
        def sample(self, n_tasks, rng):
            task = super().sample(n_tasks, rng)
            if broken == "repeats":
                return task._replace(query_x=torch.cat([task.support_x[:, :1], task.query_x[:, 1:]], 1))
            if broken == "mislabels":
                return task._replace(query_y=(task.query_y + 1) % self.ways)
            order = task.support_y.argsort(1)
            x = task.support_x.gather(1, order[..., None, None, None].expand_as(task.support_x))
            return task._replace(support_x=x, support_y=task.support_y.gather(1, order))

    with pytest.raises(AssertionError):
        check_episodes(Bad(numbered(12, 6), 3, 2, 2))


def test_real_omniglot(omniglot_or_skip):
    check_episodes(Episodes(omniglot_or_skip.select(list(range(0, 1600, 40))), 5, 1, 5), n_tasks=200)
