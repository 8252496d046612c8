"""Layers that read a sequence from left to right: a dense block of dilated convolutions, and attention to the past.

Each layer answers two ways with the same weights. `layer(x)` reads a whole sequence x [S, C]; nothing in row s of the
result depends on a row behind s. `layer.ask(x, q)` puts each of the rows q [Q, C] behind the sequence, on its own: row
i of the result is the last row of `layer([x; q_i])`. The sequence is thus read once, however many questions follow.

    (1)  out_s = [x_s ; tanh(W x_s + V x_{s-d}) * sigmoid(W' x_s + V' x_{s-d})]     dense block of dilation d
    (2)  out_s = [x_s ; sum over r < s of softmax_r(-|q_s - k_r|²) v_r],  q, k, v = linear maps of x     attention

Nikhil Mishra and others: A Simple Neural Attentive Meta-Learner, 2018, arXiv:1707.03141, section 3, figure 2.
Deviations: similarity is a distance, not an inner product; a row does not look at itself, the most similar one of all.
"""

from itertools import accumulate

import torch
from torch import Tensor, nn


class DenseBlock(nn.Module):
    """eq. 1: a gated causal convolution of two taps, `dilation` apart, appended to its input."""

    def __init__(self, n_in: int, filters: int, dilation: int) -> None:
        super().__init__()
        self.now, self.past = nn.Linear(n_in, 2 * filters), nn.Linear(n_in, 2 * filters, bias=False)
        self.dilation, self.n_out = dilation, n_in + filters

    def forward(self, x: Tensor) -> Tensor:
        """x [S, C] -> [S, C + filters]."""
        past = self.past(x)
        blank = past.new_zeros(min(self.dilation, len(x)), past.shape[1])
        return self._gated(x, torch.cat([blank, past[: len(x) - len(blank)]]))

    def ask(self, x: Tensor, q: Tensor) -> Tensor:
        """x [S, C], q [Q, C] -> [Q, C + filters]."""
        return self._gated(q, self.past(x[-self.dilation]) if self.dilation <= len(x) else q.new_zeros(()))

    def _gated(self, x: Tensor, past: Tensor) -> Tensor:
        signal, gate = (self.now(x) + past).chunk(2, -1)
        return torch.cat([x, signal.tanh() * gate.sigmoid()], -1)


class Attention(nn.Module):
    """eq. 2: soft look-up in the rows before, appended to its input; zeros where there are none."""

    def __init__(self, n_in: int, keys: int, values: int) -> None:
        super().__init__()
        self.query, self.key, self.value = nn.Linear(n_in, keys), nn.Linear(n_in, keys), nn.Linear(n_in, values)
        self.n_out = n_in + values

    def forward(self, x: Tensor) -> Tensor:
        """x [S, C] -> [S, C + values]."""
        before = torch.ones(len(x), len(x), dtype=torch.bool, device=x.device).tril(-1)
        scores = self._scores(x, x).masked_fill(~before, -1e9)
        return torch.cat([x, scores.softmax(-1) * before @ self.value(x)], -1)

    def ask(self, x: Tensor, q: Tensor) -> Tensor:
        """x [S, C], q [Q, C] -> [Q, C + values]."""
        return torch.cat([q, self.weights(x, q) @ self.value(x)], -1)

    def weights(self, x: Tensor, q: Tensor) -> Tensor:
        """How much each question looks at each row of x: [Q, S], rows add up to 1."""
        return self._scores(x, q).softmax(-1)

    def _scores(self, x: Tensor, q: Tensor) -> Tensor:
        query, key = self.query(q), self.key(x)
        return 2 * query @ key.T - key.square().sum(-1)  # -|q - k|² but for |q|², which is the same for all keys


def dense_blocks(n_in: int, filters: int, longest: int) -> list[DenseBlock]:
    """A temporal convolution that sees `longest` rows: dense blocks of dilation 1, 2, 4 and so on."""
    dilations = [2**i for i in range((longest - 1).bit_length())]
    widths = accumulate(dilations, lambda width, _: width + filters, initial=n_in)
    return [DenseBlock(width, filters, dilation) for width, dilation in zip(widths, dilations, strict=False)]
