"""Conditional neural process: a network that reads the support set and *is* the fitted function.

Every support pair is encoded on its own; the mean of the codes summarises the task; a decoder turns the summary and
a query x into a Gaussian over y. Adapting is reading: no gradient is taken.

    (1)  r_i = h(x_i, y_i)
    (2)  r = mean of r_1 … r_S            (0 when nothing has been read)
    (3)  mu, sigma = g(x, r)
    (4)  loss = -E[log N(y; mu, sigma)]   over the query set, after every number of examples read

Marta Garnelo, Dan Rosenbaum and others: Conditional Neural Processes, 2018, arXiv:1807.01613, eq. 1 to 4.
Deviations: the paper draws the number of observed points at random; here one pass scores all of them, 0 to S.
The prediction is sharpened by a count of the points read, which a mean alone forgets.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import Loss, MetaLearner, Step, Task, mean_squared_error
from metakit.nets.encoders import mlp


class Gaussian(NamedTuple):
    """A normal distribution for every query."""

    mean: Tensor  # [.., Q, y]
    deviation: Tensor  # [.., Q, y], the standard deviation

    def negative_log_likelihood(self, y: Tensor) -> Tensor:
        """Mean over all elements, without the constant; nats."""
        return (self.deviation.log() + 0.5 * ((y - self.mean) / self.deviation).square()).mean()


class ConditionalNeuralProcess(MetaLearner):
    """State: the summary r and the share of S_max examples read [D + 1]. One step: one more support example."""

    loss: Loss = staticmethod(mean_squared_error)

    def __init__(self, n_x: int = 1, n_y: int = 1, width: int = 128, most: int = 20) -> None:
        super().__init__()
        self.most = most  # support examples that count as "many"
        self.encoder = mlp(n_x + n_y, width, width, width, width)
        self.decoder = mlp(n_x + width + 1, width, width, width, width, 2 * n_y)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        for summary in self._summaries(x, y):
            yield Step(summary)

    def distribution(self, state: Tensor, x: Tensor) -> Gaussian:
        """eq. 3. state [D + 1], x [Q, x] -> mean and standard deviation [Q, y]."""
        summary = state.unsqueeze(-2).expand(*state.shape[:-1], len(x), -1)
        inputs = torch.cat([x.expand(*state.shape[:-1], *x.shape), summary], -1)
        mean, raw = self.decoder(inputs).chunk(2, -1)
        return Gaussian(mean, 0.01 + 0.99 * F.softplus(raw))

    def predict(self, state: Tensor, x: Tensor) -> Tensor:
        return self.distribution(state, x).mean

    def task_loss(self, task: Task) -> Tensor:
        summaries = self._summaries(task.support_x, task.support_y)
        return self.distribution(summaries, task.query_x).negative_log_likelihood(task.query_y)  # eq. 4

    def _summaries(self, x: Tensor, y: Tensor) -> Tensor:
        """eq. 1 and 2 for the first 0, 1, … S examples: [S + 1, D + 1]."""
        return running_means(self.encoder(torch.cat([x, y], -1)), self.most)


def running_means(codes: Tensor, most: int) -> Tensor:
    """eq. 2 for the first 0, 1, … S of the codes [S, D], each with its share of `most`: [S + 1, D + 1]."""
    read = torch.arange(len(codes) + 1, device=codes.device, dtype=codes.dtype)[:, None]
    sums = torch.cat([codes.new_zeros(1, codes.shape[-1]), codes.cumsum(0)])  # an empty support set is fine too
    return torch.cat([sums / read.clamp(min=1), read / most], -1)
