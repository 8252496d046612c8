"""Sinusoid regression, the first test bed of MAML (Finn et al. 2017, arXiv:1703.03400, section 5.1).

One task is one curve  f(x) = A sin(x - phase),  A ~ U[0.1, 5], phase ~ U[0, pi], x ~ U[-5, 5].
Reference points on mean squared error: predicting zero 4.25; the best single function for all tasks 3.01.
"""

from dataclasses import dataclass
from math import pi
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.core import MetaKitError, Task

ZERO_PREDICTOR_MSE = 4.25
BEST_SINGLE_FUNCTION_MSE = 3.01


class Curves(NamedTuple):
    """T sinusoids: `curves(x)` is their value."""

    amplitude: Tensor  # [T]
    phase: Tensor  # [T]

    def __call__(self, x: Tensor) -> Tensor:
        """x: [T, n, 1] -> f(x): [T, n, 1]."""
        return self.amplitude[:, None, None] * torch.sin(x - self.phase[:, None, None])


@dataclass(frozen=True)
class Sinusoids:
    """`shots` support points and `queries` query points of a random sinusoid."""

    shots: int = 10
    queries: int = 10
    amplitude: tuple[float, float] = (0.1, 5.0)
    phase: tuple[float, float] = (0.0, pi)
    x_range: tuple[float, float] = (-5.0, 5.0)

    def __post_init__(self) -> None:
        if self.shots < 1 or self.queries < 0:
            raise MetaKitError(f"{self.shots} support points are no task to learn from: choose K of at least 1.")

    def curves(self, n_tasks: int, rng: torch.Generator) -> Curves:
        """Draw T sinusoids."""
        return Curves(_uniform((n_tasks,), self.amplitude, rng), _uniform((n_tasks,), self.phase, rng))

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks: x [T, n, 1], y [T, n, 1]."""
        curves = self.curves(n_tasks, rng)
        x = _uniform((n_tasks, self.shots + self.queries, 1), self.x_range, rng)
        y = curves(x)
        return Task(x[:, : self.shots], y[:, : self.shots], x[:, self.shots :], y[:, self.shots :])


def _uniform(shape: tuple[int, ...], bounds: tuple[float, float], rng: torch.Generator) -> Tensor:
    low, high = bounds
    return low + (high - low) * torch.rand(shape, generator=rng, device=rng.device)
