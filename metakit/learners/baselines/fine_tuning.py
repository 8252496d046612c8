"""Baseline++: ordinary pretraining on all training classes at once, then a new head for each task.

An encoder f and a cosine classifier are trained on every training class together, as any image classifier is. For a
new task f stays as it is; a new classifier is fitted to the support set by gradient descent. It asks the question that
every meta-learner must answer: why not just transfer?

    (1)  logit_n(x) = tau * cosine(f(x), w_n)
    (2)  pretraining: minimise the cross-entropy of (1) over f and the w of all training classes
    (3)  a new task: w <- w - alpha * gradient of the support set's cross-entropy in w, `steps` times

Wei-Yu Chen and others: A Closer Look at Few-shot Classification, 2019, arXiv:1904.04232, section 3.2.
Deviations: the new w start at the class means of the support features, not at random, so that the ways are
interchangeable; the steps are plain gradient descent on the whole support set; tau is a setting.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import MetaLearner, NormMode, Step, Task
from metakit.learners.metric_based.prototypical import class_means
from metakit.learners.optimization_based.inner_loop import Weights, gradient
from metakit.nets.norms import use_statistics


class Classifier(NamedTuple):
    """The state: one direction for every way of the task."""

    rows: Tensor  # [N, D]


class FineTuning(MetaLearner):
    """State: the new classifier. One step: one gradient step on the support set; step 0: the class means."""

    one_by_one = True  # batch normalisation keeps running averages
    encodes_once = True

    def __init__(self, encoder: nn.Module, n_features: int, classes: int, steps: int = 20, rate: float = 1.0) -> None:
        super().__init__()
        self.steps: int = steps
        self.rate, self.scale = rate, 10.0  # scale: tau of eq. 1
        self.encoder = encoder
        self.classes = nn.Parameter(torch.randn(classes, n_features) / n_features**0.5)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        points = self.encoder(x)
        rows = F.normalize(class_means(F.normalize(points, dim=-1), y), dim=-1)
        yield Step(Classifier(rows))
        for _ in range(self.steps):
            support_loss = partial(self._support_loss, points=points, y=y)
            slopes, loss = gradient(support_loss, {"rows": rows}, second_order=False)
            rows = rows - self.rate * slopes["rows"]  # eq. 3
            yield Step(Classifier(rows), {"loss_before": loss})

    def predict(self, state: Classifier, x: Tensor) -> Tensor:
        return self.logits(self.encoder(x), state.rows)

    def task_loss(self, task: Task) -> Tensor:
        """eq. 2: the query set is a batch of images of all training classes; there is no support set to learn from."""
        return self.loss(self.logits(self.encoder(task.query_x), self.classes), task.query_y)

    def logits(self, points: Tensor, rows: Tensor) -> Tensor:
        """eq. 1. points [Q, D], rows [N, D] -> [Q, N]."""
        return self.scale * F.normalize(points, dim=-1) @ F.normalize(rows, dim=-1).T

    def use_norm(self, mode: NormMode) -> None:
        use_statistics(self.encoder, "running" if mode == "inductive" else "batch")

    def _support_loss(self, weights: Weights, points: Tensor, y: Tensor) -> Tensor:
        return self.loss(self.logits(points, weights["rows"]), y)
