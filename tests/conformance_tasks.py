"""`check_tasks(tasks)` and `check_episodes(episodes)`: what every task distribution must satisfy."""

import torch
from torch import Tensor

from metakit.core import Task
from metakit.tasks.base import Tasks, generator
from metakit.tasks.episodes import Episodes


def check_tasks(tasks: Tasks, n_tasks: int = 6) -> None:
    """Prove the contract of `Tasks`: T stacked tasks, drawn from the generator alone, support and query disjoint."""
    drawn = tasks.sample(n_tasks, generator(0))
    check_shapes(drawn, n_tasks)
    check_the_generator_decides(tasks, n_tasks)
    check_support_and_query_are_disjoint(drawn)


def check_episodes(episodes: Episodes, n_tasks: int = 400) -> None:
    """Prove the contract of classification tasks. Every image of the set must be different from every other."""
    check_tasks(episodes)
    drawn = episodes.sample(n_tasks, generator(0))
    check_labels(drawn, episodes)
    check_order_tells_nothing(drawn, episodes)


def check_shapes(drawn: Task, n_tasks: int) -> None:
    for x, y in ((drawn.support_x, drawn.support_y), (drawn.query_x, drawn.query_y)):
        assert x.shape[0] == y.shape[0] == n_tasks, "the first axis is the tasks'"
        assert x.shape[1] == y.shape[1], "as many targets as inputs"
        assert x.dtype == torch.float32
        assert x.isfinite().all()
        assert y.dtype == (torch.float32 if y.is_floating_point() else torch.int64)
    assert drawn.support_x.shape[2:] == drawn.query_x.shape[2:]


def check_the_generator_decides(tasks: Tasks, n_tasks: int) -> None:
    rng = generator(0)
    first, second = tasks.sample(n_tasks, rng), tasks.sample(n_tasks, rng)
    torch.manual_seed(99)  # the global generator must not matter
    again = tasks.sample(n_tasks, generator(0))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True)), "the same seed, the same tasks"
    assert not torch.equal(first.support_x, second.support_x), "a generator moves on"
    assert len({tuple(task.flatten().tolist()) for task in first.support_x}) == n_tasks, "tasks differ in a batch"


def check_support_and_query_are_disjoint(drawn: Task) -> None:
    for support, query in zip(drawn.support_x, drawn.query_x, strict=True):
        rows = [tuple(row.flatten().tolist()) for row in (*support, *query)]
        assert len(set(rows)) == len(rows), "an example is drawn twice in one task"


def class_numbers(x: Tensor, episodes: Episodes) -> Tensor:
    """Which class of the set each image [T, n, 1, H, W] shows: [T, n]."""
    owner = {
        example.numpy().tobytes(): number
        for number, (examples, count) in enumerate(
            zip(episodes.images.images, examples_per_class(episodes), strict=True)
        )
        for example in examples[:count]
    }
    pixels = (x * 255).round().to(torch.uint8)
    return torch.tensor([[owner[image.numpy().tobytes()] for image in task] for task in pixels])


def examples_per_class(episodes: Episodes) -> list[int]:
    images, counts = episodes.images.images, episodes.images.counts
    return [images.shape[1]] * len(images) if counts is None else counts.tolist()


def check_labels(drawn: Task, episodes: Episodes) -> None:
    """N classes with K and `queries` images each, and one label for one class, the same in support and query."""
    support, query = class_numbers(drawn.support_x, episodes), class_numbers(drawn.query_x, episodes)
    for task in range(len(support)):
        classes = torch.full((episodes.ways,), -1)
        classes[drawn.support_y[task]] = support[task]
        assert len(set(classes.tolist()) - {-1}) == episodes.ways, "N different classes, each with a label"
        assert torch.equal(classes[drawn.support_y[task]], support[task])
        assert torch.equal(classes[drawn.query_y[task]], query[task])
    for y, per_class in ((drawn.support_y, episodes.shots), (drawn.query_y, episodes.queries)):
        assert (torch.nn.functional.one_hot(y, episodes.ways).sum(1) == per_class).all()


def check_order_tells_nothing(drawn: Task, episodes: Episodes) -> None:
    """No position and no class of the set has a favourite label, and no label a favourite position."""
    n_tasks = len(drawn.support_y)
    for y in (drawn.support_y, drawn.query_y):
        at_position = torch.nn.functional.one_hot(y, episodes.ways).sum(0)  # [n, N]
        assert_uniform(at_position, n_tasks / episodes.ways, "labels at a position")
    classes = class_numbers(drawn.support_x, episodes)
    counted = torch.zeros(len(episodes.images), episodes.ways)
    counted.index_put_((classes, drawn.support_y), torch.ones(()), accumulate=True)
    assert_uniform(counted, n_tasks * episodes.shots / len(episodes.images), "labels of a class", episodes.shots)


def assert_uniform(counted: Tensor, expected: float, what: str, clump: int = 1) -> None:
    """Counts of `clump` equal draws each that should all be near `expected`: chi-squared within five deviations."""
    chi2 = float((counted - expected).square().sum() / (expected * clump))
    freedom = counted.numel()
    assert chi2 < freedom + 5 * (2 * freedom) ** 0.5 + 5, f"{what} are not uniform: chi-squared {chi2:.0f} of {freedom}"
