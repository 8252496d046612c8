"""A recurrent network that learns in context: it reads the examples one by one, and its memory is what it has learned.

The oldest network that learns to learn without changing its weights. All that it keeps of the examples has the same
size however many there are; a transformer keeps every one of them. Here it is the control for `in_context.py`.

    (1)  row_s = [x_s ; y_s],   row of a query = [x ; 0]
    (2)  i, f, o = sigmoid(W [row ; h] + b),   g = tanh(W' [row ; h] + b')      gates and what is to be written
    (3)  c <- f c + i g,   h <- o tanh(c);   the next layer reads h as its row
    (4)  prediction = C h + d after the query's row, from the memory that the examples have left

Sepp Hochreiter, A. Steven Younger, Peter Conwell: Learning to Learn Using Gradient Descent, 2001, section 3 (recurrent
networks as meta-learners); Stephanie Chan and others: Data Distributional Properties Drive Emergent In-Context Learning
in Transformers, 2022, arXiv:2205.05055, section 3.3 (the comparison). Deviations: an example and its label are one row;
queries are asked next to one another, from the same memory; the loss is theirs alone.
"""

from collections.abc import Iterator
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import EpisodicLearner, Loss, MetaKitError, Step, mean_squared_error


class Layer(nn.Module):
    """eq. 2 and 3."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gates = nn.Linear(2 * width, 4 * width)
        nn.init.ones_(self.gates.bias[width : 2 * width])  # it begins by keeping what it has

    def forward(self, row: Tensor, memory: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """row [.., D], memory h and c [.., D] -> the memory after it."""
        h, c = memory
        i, f, o, g = self.gates(torch.cat([row, h], -1)).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


class Memory(NamedTuple):
    """What is left of the examples."""

    layers: tuple[tuple[Tensor, Tensor], ...]  # h and c [D], a layer
    outputs: int  # N, or the width of y


class RecurrentLearner(EpisodicLearner):
    """State: the memory. One step: one more support example; step 0: none yet.

    `n_x`: numbers in one (encoded) x; `n_y`: numbers in one y, or the most ways.
    """

    encodes_once = True

    def __init__(
        self,
        n_x: int,
        n_y: int = 1,
        width: int = 64,
        layers: int = 2,
        encoder: nn.Module | None = None,
        loss: Loss = mean_squared_error,
    ) -> None:
        super().__init__()
        self.loss, self.n_y, self.width = loss, n_y, width
        self.encoder = nn.Flatten() if encoder is None else encoder
        self.embed, self.output = nn.Linear(n_x + n_y, width), nn.Linear(width, n_y)
        self.layers = nn.ModuleList(Layer(width) for _ in range(layers))

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        if y.shape[1] > self.n_y:
            raise MetaKitError(f"This learner tells {self.n_y} classes apart at most: choose a smaller N.")
        rows = self.embed(torch.cat([self._features(x), F.pad(y, (0, self.n_y - y.shape[1]))], -1))  # eq. 1
        nothing = rows.new_zeros(self.width)
        memory = Memory(((nothing, nothing),) * len(self.layers), y.shape[1])
        yield Step(memory)
        for row in rows:
            memory = memory._replace(layers=self._read(row, memory))
            yield Step(memory)

    def predict(self, state: Memory, x: Tensor) -> Tensor:
        rows = self.embed(F.pad(self._features(x), (0, self.n_y)))
        copies = tuple((h.expand_as(rows), c.expand_as(rows)) for h, c in state.layers)
        h, _ = self._read(rows, state._replace(layers=copies))[-1]
        return self.output(h)[:, : state.outputs]  # eq. 4

    def _read(self, row: Tensor, memory: Memory) -> tuple[tuple[Tensor, Tensor], ...]:
        after = []
        for layer, before in zip(cast("list[Layer]", list(self.layers)), memory.layers, strict=True):
            after.append(layer(row, before))
            row = after[-1][0]
        return tuple(after)

    def _features(self, x: Tensor) -> Tensor:
        """x [S, *x] -> [S, x]; what is encoded already passes."""
        with torch.no_grad():
            return x if x.dim() == 2 else self.encoder(x)  # noqa: PLR2004
