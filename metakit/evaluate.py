"""Measure a learner on unseen tasks: a mean with its 95 % interval, and comparisons on the same tasks."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.core import MetaKitError, MetaLearner, Task, hits
from metakit.features import encoded
from metakit.tasks.base import Protocol, Tasks, generator

AT_ONCE = 50_000  # numbers: the images of one episode, or hundreds of sinusoids


class Score(NamedTuple):
    """Accuracy (a share of the queries) or mean squared error, averaged over tasks."""

    mean: float
    ci95: float  # half width: 1.96 standard errors of the mean over tasks
    per_task: Tensor  # [T]

    def __str__(self) -> str:
        return f"{self.mean:.4f} ± {self.ci95:.4f}"


def score(per_task: Tensor) -> Score:
    """Mean and 95 % interval of one value per task [T], T >= 2."""
    values = per_task.double()
    return Score(float(values.mean()), float(1.96 * values.std() / len(values) ** 0.5), per_task)


def per_task(prediction: Tensor, tasks: Task) -> Tensor:
    """Accuracy of each task [T], or its mean squared error where the targets are numbers."""
    if tasks.query_y.is_floating_point():
        return (prediction - tasks.query_y).square().flatten(1).mean(1)
    return hits(prediction, tasks.query_y).mean(-1)


@torch.no_grad()
def evaluate(
    learner: MetaLearner, tasks: Tasks, episodes: int = 1000, seed: int = 0, batch: int = 20, device: str = "cpu"
) -> Score:
    """Score `learner` on `episodes` tasks. The same seed draws the same tasks for every learner.

    Raises MetaKitError when there are fewer than 2.
    """
    if episodes < 2:  # noqa: PLR2004
        raise MetaKitError("An interval needs at least 2 episodes: ask for more with --episodes.")
    learner, tasks = encoded(learner.eval(), tasks, episodes)
    parts = (part for drawn in batches(tasks, episodes, seed, batch, device) for part in pieces(drawn))
    return score(torch.cat([per_task(learner.solve(part), part) for part in parts]).cpu())


def batches(tasks: Tasks, episodes: int, seed: int, batch: int = 20, device: str = "cpu") -> Iterator[Task]:
    """`episodes` tasks in batches, drawn from one seeded generator."""
    rng = generator(seed, device)
    for start in range(0, episodes, batch):
        yield tasks.sample(min(batch, episodes - start), rng)


def pieces(tasks: Task) -> Iterator[Task]:
    """The tasks in pieces that a processor likes: of few numbers, one task at least. A GPU likes them whole."""
    n_tasks, numbers = len(tasks.support_x), tasks.support_x[0].numel() + tasks.query_x[0].numel()
    size = max(1, AT_ONCE // numbers) if tasks.support_x.device.type == "cpu" else n_tasks
    for start in range(0, n_tasks, size):
        yield Task(*(part[start : start + size] for part in tasks))


def use_protocol(learner: MetaLearner, protocol: Protocol) -> None:
    """Set the learner's normalisation mode and, where the protocol names them, its inner steps.

    Raises MetaKitError when inner steps are asked of a learner that takes none.
    """
    learner.use_norm(protocol.norm)
    if protocol.steps is None:
        return
    if learner.steps is None:
        raise MetaKitError(f"{type(learner).__name__} takes no inner steps: leave --steps out.")
    learner.steps = protocol.steps


def paired_difference(a: Score, b: Score) -> Score:
    """a - b task by task: the interval is that of the difference on the same tasks."""
    return score(a.per_task.double() - b.per_task.double())


def calibration(logits: Tensor, y: Tensor, bins: int = 10) -> list[tuple[float, float, int]]:
    """Reliability of logits [n, N] against classes y [n]: (mean confidence, accuracy, count) for every used bin.

    Chuan Guo and others: On Calibration of Modern Neural Networks, 2017, arXiv:1706.04599, section 2.
    """
    confidence = logits.softmax(-1).amax(-1)
    right = hits(logits, y)
    bucket = (confidence * bins).long().clamp(max=bins - 1)
    used = [bucket == i for i in range(bins) if bool((bucket == i).any())]
    return [(float(confidence[rows].mean()), float(right[rows].mean()), int(rows.sum())) for rows in used]
