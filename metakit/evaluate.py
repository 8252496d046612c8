"""Measure a learner on unseen tasks: a mean with its 95 % interval, and comparisons on the same tasks."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import MetaKitError, MetaLearner, Task, hits, mean_squared_error, with_targets
from metakit.features import encoded, encoded_task
from metakit.tasks.base import Protocol, Tasks, generator

AT_ONCE = 50_000  # numbers: the images of one episode, or hundreds of sinusoids


class Score(NamedTuple):
    """Accuracy (a share of the queries) or mean squared error, averaged over tasks."""

    mean: float
    ci95: float  # half width: 1.96 standard errors of the mean over tasks
    per_task: Tensor  # [T]

    def __str__(self) -> str:
        digits = 4 if abs(self.mean) >= 1e-3 else 6  # noqa: PLR2004 - of four digits one or none would be left
        return f"{self.mean:.{digits}f} ± {self.ci95:.{digits}f}"

    def __format__(self, spec: str) -> str:
        return in_percent(self.mean, self.ci95, spec) if spec else str(self)


def in_percent(mean: float, ci95: float, spec: str) -> str:
    """Shares as people read them: "98.3 ± 0.4 %" for `%`, and before it what stands before a number, as in `+7%`."""
    rounded = round(100 * mean, 1) + 0.0  # never "-0.0"
    return f"{rounded:{spec.removesuffix('%')}.1f} ± {100 * ci95:.1f} %"


def score(per_task: Tensor) -> Score:
    """Mean and 95 % interval of one value per task [T], T >= 2; of fewer than some thirty tasks it is too narrow."""
    values = per_task.double()
    return Score(float(values.mean()), float(1.96 * values.std() / len(values) ** 0.5), per_task)


def per_task(prediction: Tensor, tasks: Task) -> Tensor:
    """Accuracy of each task [T], or its mean squared error where the targets are numbers.

    Rows of one-hot letters [T, Q, places, N] are words: a query is right when every letter of its word is.
    """
    if tasks.query_y.dim() == 4:  # noqa: PLR2004
        return hits(prediction, tasks.query_y).amin(-1).mean(-1)
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
    check_episodes(episodes)
    learner, tasks = encoded(learner.eval(), tasks, episodes)
    parts = (part for drawn in batches(tasks, episodes, seed, batch, device) for part in pieces(drawn))
    return score(torch.cat([per_task(learner.solve(part), part) for part in parts]).cpu())


@torch.no_grad()
def evaluate_streams(
    learner: MetaLearner, tasks: Tasks, episodes: int = 1000, seed: int = 0, batch: int = 20, device: str = "cpu"
) -> list[Score]:
    """Accuracy at the 1st, 2nd, … instance of a class: each support set is a stream, named before its label is shown.

    Raises MetaKitError when the learner does not learn one example after the other.
    """
    check_episodes(episodes)
    learner, tasks = encoded(learner.eval(), tasks, episodes)
    parts = []
    for drawn in batches(tasks, episodes, seed, batch, device):
        reader, stream = encoded_task(learner, drawn)
        parts.append(by_instance(online(reader, stream), stream))
    return [score(column) for column in torch.cat(parts).cpu().T]


def online(learner: MetaLearner, tasks: Task) -> Tensor:
    """What `learner` calls each support example when it has seen those before it: logits [T, S, N]."""

    def one(task: Task) -> Tensor:
        x, states = task.support_x, [step.state for step in learner.adapt_steps(task.support_x, task.support_y)]
        if len(states) != len(x) + 1:
            raise MetaKitError(
                f"{type(learner).__name__} does not learn one example after the other: try mann-omniglot."
            )
        return torch.cat([learner.predict(state, x[t : t + 1]) for t, state in enumerate(states[:-1])])

    tasks = with_targets(tasks)
    if len(tasks.support_x) == 1 or learner.one_by_one:
        return torch.stack([one(tasks.at(i)) for i in range(len(tasks.support_x))])
    return torch.func.vmap(one, randomness="different")(tasks)


def by_instance(logits: Tensor, tasks: Task) -> Tensor:
    """Accuracy at every instance of a class: logits [T, N*K, N] -> [T, K]."""
    shown = F.one_hot(tasks.support_y)
    number = (shown.cumsum(1) * shown).sum(-1) - 1  # [T, N*K]: 0 where a class is shown for the first time
    right = hits(logits, tasks.support_y)
    return right.new_zeros(len(right), int(number.max()) + 1).scatter_add(1, number, right) / shown.shape[-1]


@torch.no_grad()
def after_every_step(learner: MetaLearner, tasks: Task, steps: int) -> Tensor:
    """Mean squared error of each task after 0, 1, … inner steps: [T, steps + 1].

    Learners that take inner steps take `steps` of them, and are left with that setting; others take their own number.
    """

    def one(task: Task) -> Tensor:
        states = [step.state for step in learner.adapt_steps(task.support_x, task.support_y)]
        return torch.stack([mean_squared_error(learner.predict(state, task.query_x), task.query_y) for state in states])

    learner.steps = None if learner.steps is None else steps
    return torch.func.vmap(one)(tasks).detach()


def check_episodes(episodes: int) -> None:
    """Raises MetaKitError when there are too few for an interval."""
    if episodes < 2:  # noqa: PLR2004
        raise MetaKitError("An interval needs at least 2 episodes: ask for more with --episodes.")


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

    Raises MetaKitError when inner steps are asked of a learner that takes none, or a negative number of them.
    """
    learner.use_norm(protocol.norm)
    if protocol.steps is None:
        return
    if learner.steps is None:
        raise MetaKitError(f"{type(learner).__name__} takes no inner steps: leave --steps out.")
    if protocol.steps < 0:
        raise MetaKitError("A learner cannot take fewer than 0 inner steps: choose another number with --steps.")
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


def calibration_error(reliability: list[tuple[float, float, int]]) -> float:
    """Expected calibration error (Guo and others 2017, eq. 3): mean |accuracy - confidence|, bins by their count."""
    total = sum(count for _, _, count in reliability)
    return sum(count * abs(right - confidence) for confidence, right, count in reliability) / total
