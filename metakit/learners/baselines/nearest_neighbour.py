"""Nearest neighbour on pixels: what a learner that never learned to learn can do.

A query belongs to the class of the support image that differs least from it, pixel by pixel. Nothing is trained, and
nothing is known beforehand: every other number of a few-shot table is to be read against this one.

    (1)  p(y = n | x) = softmax over n of  -min over the support images x_i of class n of |x - x_i|^2
"""

from collections.abc import Iterator

from torch import Tensor, inf

from metakit.core import EpisodicLearner, Step
from metakit.learners.metric_based.shots import Support, labels_by_shot


class NearestNeighbour(EpisodicLearner):
    """State: the support examples read so far, as they are. One step: one more shot of every class."""

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        for labels in labels_by_shot(y):
            yield Step(Support(x.flatten(1), labels))

    def predict(self, state: Support, x: Tensor) -> Tensor:
        distances = (x.flatten(1)[:, None] - state.points[None]).square().sum(-1)  # [Q, S]
        per_class = distances[..., None].masked_fill(state.y[None] == 0, inf)  # [Q, S, N]
        return -per_class.amin(1)  # eq. 1
