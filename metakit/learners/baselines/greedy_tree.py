"""A greedy regression tree: the leaf and the input whose sign splits the targets best, split after split.

    (1)  gain of splitting leaf L at input j = |L| var(L) - |L+| var(L+) - |L-| var(L-),   L+: examples with x_j > 0
    (2)  f(x) = mean target of the examples in x's leaf

It is told that only signs matter, as is true of the trees it is compared on.

Leo Breiman, Jerome Friedman, Charles Stone, Richard Olshen: Classification and Regression Trees, 1984, section 8.4; a
baseline of Garg and others 2022, arXiv:2208.01066, section 5.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.core import EpisodicLearner, Loss, Step, mean_squared_error


class Leaf(NamedTuple):
    """The signs that lead to a leaf, and the examples in it."""

    path: tuple[tuple[int, bool], ...]
    members: Tensor  # [S], boolean

    def holds(self, above: Tensor) -> Tensor:
        """Which of the rows `above` [Q, d] (x > 0) end here: [Q]."""
        inside = torch.ones(len(above), dtype=torch.bool, device=above.device)
        for coordinate, sign in self.path:
            inside &= above[:, coordinate] == sign
        return inside


class Tree(NamedTuple):
    """The leaves, and the mean target in each."""

    leaves: tuple[Leaf, ...]
    values: tuple[Tensor, ...]  # [y] each


class GreedyTree(EpisodicLearner):
    """State: the tree. One step: one more split; step 0: a single leaf. Stops when no split helps."""

    loss: Loss = staticmethod(mean_squared_error)
    one_by_one = True  # which leaf is split depends on the values

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        above = x > 0
        leaves = [Leaf((), torch.ones(len(x), dtype=torch.bool, device=x.device))]
        yield Step(self._tree(leaves, y))
        gains = [split_gains(above, y, leaves[0].members)]
        while max(float(gain.max()) for gain in gains) > 1e-9:  # noqa: PLR2004 - rounding
            number = max(range(len(leaves)), key=lambda i: float(gains[i].max()))
            coordinate = int(gains[number].argmax())
            old = leaves.pop(number)
            gains.pop(number)
            for sign in (False, True):
                leaf = Leaf((*old.path, (coordinate, sign)), old.members & (above[:, coordinate] == sign))
                leaves.append(leaf)
                gains.append(split_gains(above, y, leaf.members))
            yield Step(self._tree(leaves, y))

    def predict(self, state: Tree, x: Tensor) -> Tensor:
        answers = x.new_zeros(len(x), len(state.values[0]))
        for leaf, value in zip(state.leaves, state.values, strict=True):
            answers[leaf.holds(x > 0)] = value
        return answers  # eq. 2

    def _tree(self, leaves: list[Leaf], y: Tensor) -> Tree:
        return Tree(tuple(leaves), tuple(y[leaf.members].mean(0) for leaf in leaves))


def split_gains(above: Tensor, y: Tensor, members: Tensor) -> Tensor:
    """eq. 1 for each input of one leaf: [d]; 0 where one side would be empty."""
    above, y = above[members].to(y), y[members]
    mean = y.mean(0)
    counts, sums = above.sum(0), above.T @ (y - mean)  # [d], [d, y]
    others = len(y) - counts
    gain = sums.square().sum(-1) * (1 / counts.clamp(min=1) + 1 / others.clamp(min=1))
    return gain * ((counts > 0) & (others > 0))
