"""LSTM meta-learner: the inner optimizer is an LSTM whose cell state *is* the network's weights.

The cell update of an LSTM, c = f c + i c~, becomes gradient descent when the cell state c is the weights, the candidate
c~ the negative gradient, the input gate i the rate and the forget gate f one. Here both gates are learned functions of
the gradient, the loss and the weight, and the first cell state is the meta-learned initialisation. One small LSTM
serves all weights: they share its parameters, not its state.

    (1)  c_t = f_t * c_{t-1} - i_t * g_t            g_t: the gradient of L_support at c_{t-1}, taken as a constant
    (2)  i_t = sigmoid(W_I [h_t, c_{t-1}, i_{t-1}] + b_I)
    (3)  f_t = sigmoid(W_F [h_t, c_{t-1}, f_{t-1}] + b_F)
    (4)  h_t: an ordinary LSTM's reading of the gradient and the loss so far, each as `readable` numbers

Sachin Ravi, Hugo Larochelle: Optimization as a Model for Few-Shot Learning, ICLR 2017 (openreview.net, rJY0-Kcll),
section 3. (4) is Andrychowicz and others: Learning to learn by gradient descent by gradient descent, 2016,
arXiv:1606.04474, appendix A. Deviations: every step sees the whole support set; batch normalisation has the statistics
of the images at hand.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from metakit.core import EpisodicLearner, Loss, Step, cross_entropy
from metakit.learners.optimization_based.inner_loop import Adapted, FastWeightLearner, HeadRows, Weights, gradient

P = 10.0  # of `readable`: sizes below exp(-P) are told by value, larger ones by logarithm


class Memory(NamedTuple):
    """The reader's hidden state and cell, [P, hidden] each."""

    h: Tensor
    cell: Tensor


class LSTMMetaLearner(FastWeightLearner, EpisodicLearner):
    """State: the fast weights. One step: one reading of the support set's gradient by the LSTM.

    `Step.info` holds gradient, input gate and forget gate of every weight, [P] each, in the order of the state's
    weights. `rate` is where the input gates begin; the forget gates begin near one.
    """

    def __init__(
        self,
        body: nn.Module,
        head: nn.Linear,
        *,
        steps: int = 5,
        rate: float = 0.01,
        hidden: int = 20,
        head_rows: HeadRows = "fixed",
        loss: Loss = cross_entropy,
    ) -> None:
        super().__init__(body, head, steps, rate, loss, head_rows)
        self.reader = nn.Linear(4 + hidden, 4 * hidden)
        self.input_gate, self.forget_gate = nn.Linear(hidden + 2, 1), nn.Linear(hidden + 2, 1)
        for gate, begin in ((self.input_gate, rate), (self.forget_gate, 0.9999)):
            nn.init.uniform_(gate.weight, -0.01, 0.01)
            nn.init.constant_(gate.bias, float(torch.tensor(begin).logit()))

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        weights = self.initial_weights(y.shape[-1])
        cell = flat(weights)
        memory, i, f = self._blank(cell), torch.full_like(cell, self.rate), torch.ones_like(cell)
        yield Step(Adapted(weights, x))
        for _ in range(self.steps):
            slopes, loss = gradient(self.loss_on(x, y), weights, second_order=False)
            g = flat(slopes)
            memory = self._read(torch.cat([readable(g), readable(loss.expand(len(g)))], -1), memory)  # eq. 4
            i = self._gate(self.input_gate, memory.h, cell, i)  # eq. 2
            f = self._gate(self.forget_gate, memory.h, cell, f)  # eq. 3
            cell = f * cell - self.pace * i * g  # eq. 1
            weights = shaped(cell, weights)
            yield Step(Adapted(weights, x), {"loss_before": loss, "gradient": g, "input_gate": i, "forget_gate": f})

    def _blank(self, cell: Tensor) -> Memory:
        """A reader that has read nothing yet, one for each of the weights [P]."""
        nothing = cell.new_zeros(len(cell), self.reader.out_features // 4)
        return Memory(nothing, nothing)

    def _read(self, numbers: Tensor, memory: Memory) -> Memory:
        """One step of an ordinary LSTM, written out because torch's own knows no `vmap`: numbers [P, 4]."""
        keep, take, give, new = self.reader(torch.cat([numbers, memory.h], -1)).chunk(4, -1)
        cell = keep.sigmoid() * memory.cell + take.sigmoid() * new.tanh()
        return Memory(give.sigmoid() * cell.tanh(), cell)

    def _gate(self, gate: nn.Linear, h: Tensor, cell: Tensor, before: Tensor) -> Tensor:
        """One gate of every weight: h [P, hidden], cell [P], before [P] -> [P]."""
        return gate(torch.cat([h, cell[:, None], before[:, None]], -1))[:, 0].sigmoid()


def readable(v: Tensor) -> Tensor:
    """Numbers [P] of any size as pairs [P, 2] in a network's range: (log |v| / p, sign) or, when tiny, (-1, e^p v)."""
    large = v.abs() >= torch.exp(v.new_tensor(-P))
    size = torch.where(large, v.abs().clamp(min=1e-30).log() / P, -1.0)
    return torch.stack([size, torch.where(large, v.sign(), torch.exp(v.new_tensor(P)) * v)], -1)


def flat(weights: Weights) -> Tensor:
    """All weights in one row: [P]."""
    return torch.cat([w.reshape(-1) for w in weights.values()])


def shaped(row: Tensor, like: Weights) -> Weights:
    """Undo `flat`."""
    parts = row.split([w.numel() for w in like.values()])
    return {name: part.view(w.shape) for (name, w), part in zip(like.items(), parts, strict=True)}
