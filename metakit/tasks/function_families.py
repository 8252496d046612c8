"""Random functions of many inputs: what a prompt may be about. Each family draws T functions at once.

All have outputs of mean square 1 on standard normal inputs, so that an error is a share of what predicting zero makes
(the literature's "squared error / d" for linear functions).

Shivam Garg, Dimitris Tsipras, Percy Liang, Gregory Valiant: What Can Transformers Learn In-Context?, 2022,
arXiv:2208.01066, section 2 and 5, appendix A.
"""

from typing import NamedTuple, Self

import torch
import torch.nn.functional as F
from torch import Tensor


class Linear(NamedTuple):
    """f(x) = w · x / |w|'s root mean square, w ~ N(0, 1) on `nonzero` of the first `active` coordinates (None: all)."""

    weight: Tensor  # [T, d]

    @classmethod
    def draw(
        cls, n_tasks: int, dims: int, rng: torch.Generator, nonzero: int | None = None, active: int | None = None
    ) -> Self:
        """Draw T linear functions of `dims` inputs."""
        weight = torch.randn(n_tasks, dims, generator=rng, device=rng.device)
        if nonzero is None:
            return cls(weight / dims**0.5)
        order = torch.rand(n_tasks, active or dims, generator=rng, device=rng.device).argsort(-1)
        kept = F.pad(order < nonzero, (0, dims - order.shape[-1]))
        return cls(weight * kept / nonzero**0.5)

    def __call__(self, x: Tensor) -> Tensor:
        """x [T, n, d] -> [T, n, 1]."""
        return x @ self.weight[..., None]


class Network(NamedTuple):
    """f(x) = sum over hidden units of a_i relu(w_i · x), all weights normal: a network of two layers."""

    first: Tensor  # [T, d, hidden]
    second: Tensor  # [T, hidden, 1]

    @classmethod
    def draw(cls, n_tasks: int, dims: int, rng: torch.Generator, hidden: int = 100) -> Self:
        """Draw T networks of `hidden` units."""
        first = torch.randn(n_tasks, dims, hidden, generator=rng, device=rng.device)
        second = torch.randn(n_tasks, hidden, 1, generator=rng, device=rng.device)
        return cls(first / dims**0.5, second * (2 / hidden) ** 0.5)

    def __call__(self, x: Tensor) -> Tensor:
        """x [T, n, d] -> [T, n, 1]."""
        return F.relu(x @ self.first) @ self.second


class Tree(NamedTuple):
    """A full binary tree: every inner node asks for the sign of one input, every leaf has a value ~ N(0, 1)."""

    coordinate: Tensor  # [T, 2^depth - 1], heap order: the children of node i are 2 i + 1 and 2 i + 2
    value: Tensor  # [T, 2^depth]

    @classmethod
    def draw(cls, n_tasks: int, dims: int, rng: torch.Generator, depth: int = 4) -> Self:
        """Draw T trees of this depth."""
        nodes = 2**depth - 1
        coordinate = torch.randint(dims, (n_tasks, nodes), generator=rng, device=rng.device)
        return cls(coordinate, torch.randn(n_tasks, nodes + 1, generator=rng, device=rng.device))

    def __call__(self, x: Tensor) -> Tensor:
        """x [T, n, d] -> [T, n, 1]."""
        node, inner = torch.zeros(x.shape[:2], dtype=torch.long, device=x.device), self.coordinate.shape[1]
        for _ in range((inner + 1).bit_length() - 1):
            asked = self.coordinate.gather(1, node)
            node = 2 * node + 1 + (x.gather(2, asked[..., None])[..., 0] > 0)
        return self.value.gather(1, node - inner)[..., None]
