"""k nearest neighbours for regression: the answer is the mean target of the examples whose inputs are closest.

(1)  f(x) = mean of y_i over the k examples with the smallest |x - x_i|    (of all, while there are fewer than k)
"""

from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor, inf

from metakit.core import EpisodicLearner, Loss, Step, mean_squared_error


class Examples(NamedTuple):
    """The examples read so far: the others are infinitely far."""

    x: Tensor  # [S, d]
    y: Tensor  # [S, y]
    far: Tensor  # [S]: 0, or infinity
    number: int


class NearestExamples(EpisodicLearner):
    """State: the examples themselves. One step: one more support example; step 0: none yet."""

    loss: Loss = staticmethod(mean_squared_error)

    def __init__(self, k: int = 3) -> None:
        super().__init__()
        self.k = k

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        for number in range(len(x) + 1):
            far = x.new_zeros(len(x))
            far[number:] = inf
            yield Step(Examples(x, y, far, number))

    def predict(self, state: Examples, x: Tensor) -> Tensor:
        k = min(self.k, state.number)
        if k == 0:
            return x.new_zeros(len(x), state.y.shape[1])
        distances = (x[:, None] - state.x).square().sum(-1) + state.far  # [Q, S]
        return state.y[distances.topk(k, largest=False).indices].mean(1)  # eq. 1
