"""Reptile: move the initialisation towards wherever learning a task has led.

    (1)  phi' = phi after `steps` steps of an ordinary optimizer on one task
    (2)  phi <- phi + epsilon * (mean over tasks of phi' - phi)

No derivative is taken through the inner loop. Written as a loss, |phi - phi'|^2 / 2 with phi' a constant, so that the
outer step (2) is plain gradient descent with rate epsilon.

Alex Nichol, Joshua Achiam, John Schulman: On First-Order Meta-Learning Algorithms, 2018, arXiv:1803.02999,
algorithm 2. The inner optimizer is SGD, or Adam with beta_1 = 0 as in the authors' Omniglot runs. Deviations: Adam's
running squares begin at zero in every task, where the authors' go on from task to task; a task's examples are gone
through in one order, not shuffled at every pass; a shared head row (see inner_loop.py) moves towards the mean of the
adapted rows.
"""

from collections.abc import Iterator
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from metakit.core import Loss, Step, Task, cross_entropy
from metakit.learners.optimization_based.inner_loop import (
    HEAD,
    Adapted,
    FastWeightLearner,
    HeadRows,
    Weights,
    gradient,
)


class Reptile(FastWeightLearner):
    """State: the fast weights. One step: one optimizer step on `batch` support examples (all when None)."""

    def __init__(
        self,
        body: nn.Module,
        head: nn.Linear,
        *,
        steps: int = 5,
        rate: float = 0.02,
        batch: int | None = None,
        optimizer: Literal["sgd", "adam"] = "sgd",
        head_rows: HeadRows = "fixed",
        loss: Loss = cross_entropy,
    ) -> None:
        super().__init__(body, head, steps, rate, loss, head_rows)
        self.batch, self.optimizer = batch, optimizer

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        weights = {k: w.detach() for k, w in self.initial_weights(y.shape[-1]).items()}
        squares = {k: torch.zeros_like(w) for k, w in weights.items()}
        yield Step(Adapted(weights, x))
        for number in range(1, self.steps + 1):
            rows = self._rows(number - 1, len(x))
            batch_loss = partial(self._loss_at, x=x[rows], y=y[rows])
            slopes, loss = gradient(batch_loss, weights, second_order=False)
            slopes, squares = self._direction(slopes, squares, number)
            weights = {k: w - self.rate_of(k) * slopes[k] for k, w in weights.items()}
            yield Step(Adapted(weights, x), {"loss_before": loss})

    def task_loss(self, task: Task) -> Tensor:
        """Half the squared way from the initialisation to the adapted weights; its gradient is phi - phi' (eq. 2)."""
        x, y = torch.cat([task.support_x, task.query_x]), torch.cat([task.support_y, task.query_y])
        adapted = self.adapt(x, y).weights
        start = dict(self.named_parameters())
        if self.head_rows == "shared":
            adapted = adapted | {k: adapted[k].mean(0, keepdim=True) for k in HEAD}
        return sum((0.5 * (start[k] - w.detach()).square().sum() for k, w in adapted.items()), torch.zeros(()))

    def _loss_at(self, weights: Weights, x: Tensor, y: Tensor) -> Tensor:
        return self.loss(self.network(weights, x), y)

    def _rows(self, step: int, n: int) -> list[int]:
        size = min(self.batch or n, n)
        return [(step * size + i) % n for i in range(size)]  # the support set comes in random order

    def _direction(self, slopes: Weights, squares: Weights, number: int) -> tuple[Weights, Weights]:
        """Adam with beta_1 = 0, beta_2 = 0.999: the gradient over its running root mean square."""
        if self.optimizer == "sgd":
            return slopes, squares
        squares = {k: 0.999 * squares[k] + 0.001 * g.square() for k, g in slopes.items()}
        unbias = 1 - 0.999**number
        return {k: g / ((squares[k] / unbias).sqrt() + 1e-8) for k, g in slopes.items()}, squares
