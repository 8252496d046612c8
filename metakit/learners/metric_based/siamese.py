"""Siamese network: learn whether two images show the same class; classify by the most similar example.

Two images pass the same encoder (the twins). How far their embeddings lie apart, feature by feature and weighted,
says how probable it is that both belong to one class. Training sees nothing but pairs; at test time a query is paired
with every support example.

    (1)  p(x, x') = sigmoid( b - sum over j of alpha_j |f_j(x) - f_j(x')| )
    (2)  loss = mean over pairs of -log p where both show one class, of -log(1 - p) where they do not
    (3)  the class of x is that with the largest mean, over its support examples x', of the argument of (1)

Gregory Koch, Richard Zemel, Ruslan Salakhutdinov: Siamese Neural Networks for One-shot Image Recognition, ICML deep
learning workshop 2015, section 3. Deviations: the pairs are all (query, support) pairs of an episode, so that one in
N shows one class (the paper: one in two, which lets the many easy pairs rule and learned far more slowly here); a
four-block encoder for 28 x 28 instead of one for 105 x 105; no L2 penalty; one Adam rate for all layers; the mean over
shots is ours (the paper has one shot).
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import MetaLearner, NormMode, Step, Task
from metakit.learners.metric_based.prototypical import class_means
from metakit.learners.metric_based.shots import Support, labels_by_shot
from metakit.nets.norms import use_statistics


class SiameseNetwork(MetaLearner):
    """State: the embedded support set. One step: one more shot of every class."""

    one_by_one = True  # batch normalisation keeps running averages
    encodes_once = True

    def __init__(self, encoder: nn.Module, n_features: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.alpha = nn.Parameter(torch.full((n_features,), n_features**-0.5))
        self.bias = nn.Parameter(torch.zeros(()))

    def embed(self, x: Tensor) -> Tensor:
        """Images [n, 1, 28, 28] to points [n, D]: one of the twins."""
        return self.encoder(x)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        points = self.embed(x)
        for labels in labels_by_shot(y):
            yield Step(Support(points, labels))

    def predict(self, state: Support, x: Tensor) -> Tensor:
        return class_means(self.similarity(self.embed(x), state.points).T, state.y).T  # eq. 3

    def task_loss(self, task: Task) -> Tensor:
        state = self.adapt(task.support_x, task.support_y)
        same = task.query_y @ state.y.T  # [Q, S]: 1 where both belong to one class
        similarity = self.similarity(self.embed(task.query_x), state.points)
        return F.binary_cross_entropy_with_logits(similarity, same)  # eq. 2

    def similarity(self, a: Tensor, b: Tensor) -> Tensor:
        """The argument of eq. 1 for every row of a [Q, D] with every row of b [S, D]: [Q, S]."""
        return self.bias - (a[:, None] - b[None]).abs() @ self.alpha

    def use_norm(self, mode: NormMode) -> None:
        use_statistics(self.encoder, "running" if mode == "inductive" else "batch")
