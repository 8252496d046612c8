"""Attentive neural process: a neural process whose every query looks for itself at the support examples near it.

A conditional neural process sees the support set through one mean and so underfits: its curve misses points that it was
given. Here each query x also attends to the examples, by their x, and takes their codes in proportion.

    (1)  r_i = h(x_i, y_i),   r = mean of r_1 … r_S            as in neural_process.py: what the task is as a whole
    (2)  q = e(x), k_i = e(x_i)                                cut into heads of D / H numbers each
    (3)  r(x) = sum over i of softmax_i(q . k_i / sqrt(D / H)) r_i, for every head; the heads' parts side by side
    (4)  mu, sigma = g(x, r, r(x)),   loss = -E[log N(y; mu, sigma)] after every number of examples read

Hyunjik Kim and others: Attentive Neural Processes, 2019, arXiv:1901.05761, figure 2 and section 3 (cross-attention,
several heads). Deviations: the global path is the mean r, not a random variable; no self-attention among examples.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import Loss, MetaLearner, Step, Task, mean_squared_error
from metakit.learners.model_based.neural_process import Gaussian, running_means
from metakit.nets.encoders import mlp


class Read(NamedTuple):
    """The support set, and how much of it has been read."""

    summary: Tensor  # [.., D + 1]
    seen: Tensor  # [.., S], 1 for what has been read
    keys: Tensor  # [S, D]
    codes: Tensor  # [S, D]


class AttentiveNeuralProcess(MetaLearner):
    """State: the summary, and the keys and codes to look at. One step: one more support example; step 0: none yet."""

    loss: Loss = staticmethod(mean_squared_error)

    def __init__(self, n_x: int = 1, n_y: int = 1, width: int = 128, heads: int = 8, most: int = 20) -> None:
        super().__init__()
        self.heads, self.most = heads, most  # support examples that count as "many"
        self.encoder = mlp(n_x + n_y, width, width, width, width)
        self.key = mlp(n_x, width, width)
        self.decoder = mlp(n_x + 2 * width + 1, width, width, width, width, 2 * n_y)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        read = self._read(x, y)
        for length in range(len(x) + 1):
            yield Step(read._replace(summary=read.summary[length], seen=read.seen[length]))

    def distribution(self, state: Read, x: Tensor) -> Gaussian:
        """eq. 3 and 4. x [Q, x] -> mean and standard deviation [.., Q, y]."""
        looked_up, summary = self._look_up(state, x), state.summary.unsqueeze(-2)
        shape = looked_up.shape[:-1]
        inputs = torch.cat([x.expand(*shape, -1), summary.expand(*shape, -1), looked_up], -1)
        mean, raw = self.decoder(inputs).chunk(2, -1)
        return Gaussian(mean, 0.01 + 0.99 * F.softplus(raw))

    def predict(self, state: Read, x: Tensor) -> Tensor:
        return self.distribution(state, x).mean

    def task_loss(self, task: Task) -> Tensor:
        """eq. 4 for every number of examples read at once."""
        read = self._read(task.support_x, task.support_y)
        return self.distribution(read, task.query_x).negative_log_likelihood(task.query_y)

    def attention(self, state: Read, x: Tensor) -> Tensor:
        """How much each head looks at each example for each query: [.., H, Q, S]; zeros when nothing has been read."""
        q, k = self._cut(self.key(x)), self._cut(state.keys)
        scores, seen = q @ k.mT / q.shape[-1] ** 0.5, state.seen[..., None, None, :]
        return scores.masked_fill(seen == 0, -1e9).softmax(-1) * seen

    def _look_up(self, state: Read, x: Tensor) -> Tensor:
        found = self.attention(state, x) @ self._cut(state.codes)  # [.., H, Q, D / H]
        return found.transpose(-2, -3).flatten(-2)  # eq. 3

    def _read(self, x: Tensor, y: Tensor) -> Read:
        """eq. 1 and 2 for the first 0, 1, … S examples: summaries [S + 1, D + 1], seen [S + 1, S]."""
        codes = self.encoder(torch.cat([x, y], -1))
        seen = torch.ones(len(x) + 1, len(x), device=x.device, dtype=x.dtype).tril(-1)
        return Read(running_means(codes, self.most), seen, self.key(x), codes)

    def _cut(self, v: Tensor) -> Tensor:
        """[n, D] -> [H, n, D / H]."""
        return v.unflatten(-1, (self.heads, -1)).transpose(0, 1)
