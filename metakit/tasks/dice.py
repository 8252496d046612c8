"""Random numbers of one seed, always made on the CPU: every device sees the same ones."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Dice:
    """Draws of any shape from one generator."""

    rng: torch.Generator

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """U[low, high)."""
        return low + (high - low) * torch.rand(shape, generator=self.rng)

    def normal(self, *shape: int) -> Tensor:
        """N(0, 1)."""
        return torch.randn(shape, generator=self.rng)

    def chance(self, odds: Tensor | float, *shape: int) -> Tensor:
        """Heads or tails, bool [*shape]; `odds` of heads broadcast to it."""
        return torch.rand(shape, generator=self.rng) < odds

    def choice(self, weights: Tensor, *shape: int) -> Tensor:
        """Indices [*shape], with probabilities proportional to weights [..., n] broadcast to [*shape, n]."""
        edges = weights.cumsum(-1) / weights.sum(-1, keepdim=True)
        return (torch.rand(shape, generator=self.rng)[..., None] > edges[..., :-1]).sum(-1)

    def count(self, mean: Tensor, most: int, *shape: int) -> Tensor:
        """1 to `most`, binomial; `mean` broadcasts to [*shape]."""
        odds = (mean[..., None] - 1) / (most - 1)
        return 1 + self.chance(odds, *shape, most - 1).sum(-1)
