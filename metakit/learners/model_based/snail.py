"""SNAIL: a network reads the support set as a sequence and answers at its end; convolutions in time and attention.

Every support example becomes one row: its features and its label. Temporal convolutions gather what was read lately,
causal attention looks up single examples however long ago; in turns, they make the answer for a query, which comes last
in the sequence and has no label. Adapting is reading: no gradient is taken.

    (1)  row_s = [f(x_s) ; y_s],   row of a query = [f(x) ; 0]
    (2)  h = attention, convolutions, attention, convolutions, attention  of rows 1 … S and the query
    (3)  p(y | x, support set) = softmax(C h_query + c)

nets/causal.py has the layers. They are causal: a row never sees a later one. So the support set is read once, as far as
it goes, and any number of queries are then asked, each on its own.

Nikhil Mishra, Mostafa Rohaninejad, Xi Chen, Pieter Abbeel: A Simple Neural Attentive Meta-Learner, 2018,
arXiv:1707.03141, section 3 and appendix B. Deviations: labels have `ways` places, of which a task with N < `ways` uses
the first N; fewer channels; convolutions see `longest` rows whatever N and K; attention compares distances, and looks
at earlier rows only; the weights start as a matching network (Vinyals et al. 2016, arXiv:1606.04080), which would take
many episodes to find.
"""

from collections.abc import Iterator
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import EpisodicLearner, MetaKitError, NormMode, Step
from metakit.nets.causal import Attention, DenseBlock, dense_blocks
from metakit.nets.encoders import Conv4
from metakit.nets.norms import use_statistics


class Reading(NamedTuple):
    """The part of the support set that has been read, as every layer was given it."""

    inputs: tuple[Tensor, ...]  # [S, C] for each layer, then for the output
    length: int  # rows read
    ways: int


class SNAIL(EpisodicLearner):
    """State: what each layer was given. One step: one more support example; step 0: none yet."""

    one_by_one = True  # batch normalisation keeps running averages
    encodes_once = True

    def __init__(
        self, encoder: Conv4, ways: int = 20, filters: int = 64, longest: int = 128, *, head_start: bool = True
    ) -> None:
        super().__init__()
        self.ways, self.encoder = ways, encoder  # the most ways
        first = Attention(encoder.n_features + ways, encoder.n_features, ways + 12)
        stack = [first, *layers(first.n_out, filters, longest)]
        self.layers, self.output = nn.ModuleList(stack), nn.Linear(stack[-1].n_out, ways)
        if head_start:
            self._start_as_a_matching_network(first, encoder.n_features)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        if y.shape[1] > self.ways:
            raise MetaKitError(f"This learner tells {self.ways} classes apart at most: choose a smaller N.")
        inputs = [self._rows(x, y)]  # eq. 1
        for layer in self._stack:  # eq. 2
            inputs.append(layer(inputs[-1]))
        for length in range(len(x) + 1):
            yield Step(Reading(tuple(inputs), length, y.shape[1]))

    def predict(self, state: Reading, x: Tensor) -> Tensor:
        return self.output(self.asked(state, x)[-1])[:, : state.ways]  # eq. 3

    def attention(self, state: Reading, x: Tensor) -> list[Tensor]:
        """How much every attention layer looks at each support example, for each query: [Q, S]."""
        given = zip(self._stack, state.inputs, self.asked(state, x), strict=False)
        return [layer.weights(read[: state.length], q) for layer, read, q in given if isinstance(layer, Attention)]

    def use_norm(self, mode: NormMode) -> None:
        use_statistics(self.encoder, "running" if mode == "inductive" else "batch")

    @property
    def _stack(self) -> list[Attention | DenseBlock]:
        return cast("list[Attention | DenseBlock]", list(self.layers))

    def asked(self, state: Reading, x: Tensor) -> list[Tensor]:
        """eq. 2 for the queries x: their rows as every layer is given them, then the output."""
        rows = [self._rows(x, x.new_zeros(len(x), state.ways))]
        for layer, given in zip(self._stack, state.inputs, strict=False):
            rows.append(layer.ask(given[: state.length], rows[-1]))
        return rows

    def _rows(self, x: Tensor, y: Tensor) -> Tensor:
        """eq. 1: images [n, 1, 28, 28] and labels [n, N] -> [n, D + ways]."""
        return torch.cat([self.encoder(x), F.pad(y, (0, self.ways - y.shape[1]))], -1)

    @torch.no_grad()
    def _start_as_a_matching_network(self, first: Attention, n_features: int, trust: float = 10.0) -> None:
        """The first attention compares features and copies the labels; the output reads the copy."""
        copy = slice(n_features + self.ways, n_features + 2 * self.ways)
        for part in (first.query, first.key):
            part.weight.copy_(torch.eye(*part.weight.shape))
            part.bias.zero_()
        first.value.weight[: self.ways] = torch.eye(copy.start)[n_features:]
        first.value.bias[: self.ways] = 0
        self.output.weight[:, copy] += trust * torch.eye(self.ways)


def layers(n_in: int, filters: int, longest: int) -> list[Attention | DenseBlock]:
    """What follows the first attention, in turns, as wide as in the paper's appendix B for `filters` = 128."""
    before = dense_blocks(n_in, filters, longest)
    middle = Attention(before[-1].n_out, 2 * filters, filters)
    after = dense_blocks(middle.n_out, filters, longest)
    return [*before, middle, *after, Attention(after[-1].n_out, 4 * filters, 2 * filters)]
