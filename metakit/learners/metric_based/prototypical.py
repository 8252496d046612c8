"""Prototypical networks: a class is the mean of its embedded support examples.

An encoder f maps images to points. The prototype of a class is the mean of its support points; a query belongs to
the class whose prototype is nearest. Meta-training shapes f so that means are good summaries.

    (1)  c_n = 1/K  sum over the support examples of class n of f(x)
    (2)  p(y = n | x) = softmax over n of  -d(f(x), c_n),   d the squared Euclidean distance

Jake Snell, Kevin Swersky, Richard Zemel: Prototypical Networks for Few-shot Learning, 2017, arXiv:1703.05175,
eq. 1 and 2. Deviations: support and query images pass the encoder in two batches instead of one. A setting trains on
all pairs of images instead (`pairs`).
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from metakit.core import MetaLearner, NormMode, Step, Task
from metakit.learners.metric_based.pairs import pair_loss
from metakit.learners.metric_based.shots import labels_by_shot
from metakit.nets.norms import use_statistics


class PrototypicalNetwork(MetaLearner):
    """State: the prototypes [N, D]. One step: one more shot of every class. `pairs`: train on all pairs of a task."""

    one_by_one = True  # batch normalisation keeps running averages
    encodes_once = True

    def __init__(self, encoder: nn.Module, pairs: bool = False) -> None:
        super().__init__()
        self.encoder, self.pairs = encoder, pairs

    def embed(self, x: Tensor) -> Tensor:
        """Images [n, 1, 28, 28] to points [n, D]."""
        return self.encoder(x)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        points = self.embed(x)
        for labels in labels_by_shot(y):
            yield Step(class_means(points, labels))

    def predict(self, state: Tensor, x: Tensor) -> Tensor:
        return -squared_distances(self.embed(x), state)  # eq. 2

    def task_loss(self, task: Task) -> Tensor:
        if not self.pairs:
            return self.query_loss(task)
        points = self.embed(torch.cat([task.support_x, task.query_x]))
        return pair_loss(points, torch.cat([task.support_y, task.query_y]))

    def use_norm(self, mode: NormMode) -> None:
        use_statistics(self.encoder, "running" if mode == "inductive" else "batch")


def class_means(points: Tensor, y: Tensor) -> Tensor:
    """eq. 1. points [S, D], one-hot y [S, N] -> [N, D]; a class without examples has no mean (nan)."""
    return (y.T @ points) / y.sum(0)[:, None]


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distance of every row of a [Q, D] to every row of b [N, D]: [Q, N]."""
    return (a[:, None] - b[None]).square().sum(-1)
