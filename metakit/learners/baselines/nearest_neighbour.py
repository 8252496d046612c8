"""Nearest neighbour on pixels: what a learner that never learned to learn can do.

A query belongs to the class of the support image that differs least from it, pixel by pixel. Nothing is trained, and
nothing is known beforehand: every other number of a few-shot table is to be read against this one.

    (1)  p(y = n | x) = softmax over n of  -min over the support images x_i of class n of |x - x_i|^2
"""

from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor, inf

from metakit.core import EpisodicLearner, Step


class Examples(NamedTuple):
    """The support set, as it is."""

    x: Tensor  # [S, D]
    y: Tensor  # [S, N], one-hot


class NearestNeighbour(EpisodicLearner):
    """State: the support examples read so far. One step: one more shot of every class."""

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        shot = (y.cumsum(0) * y).sum(-1)  # [S]: 1 for the first example of its class, 2 for the second, …
        for shots in range(1, len(x) // y.shape[1]):
            yield Step(Examples(x.flatten(1), y * (shot <= shots)[:, None]))
        yield Step(Examples(x.flatten(1), y))

    def predict(self, state: Examples, x: Tensor) -> Tensor:
        distances = (x.flatten(1)[:, None] - state.x[None]).square().sum(-1)  # [Q, S]
        per_class = distances[..., None].masked_fill(state.y[None] == 0, inf)  # [Q, S, N]
        return -per_class.amin(1)  # eq. 1
