"""What the function playground can ask about: sinusoids of one input, linear functions of five.

A subject draws functions and inputs, has a line through its inputs to draw answers along, and knows which features make
its functions linear: least squares on those is the best that anybody can do without noise.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.learners.model_based.in_context import InContextLearner
from metakit.tasks.base import generator
from metakit.tasks.function_families import Linear
from metakit.tasks.functions import shifted
from metakit.tasks.sinusoids import Curves, Sinusoids

EXAMPLES, GRID = 15, 81


class Shift(NamedTuple):
    """How prompts differ from those of the training."""

    scale: float = 1.0  # of the inputs
    skew: float = 0.0  # input i is i^skew times smaller than the first; the mean square stays
    noise: float = 0.0  # standard deviation, as a share of a function's
    orthant: bool = False  # all examples in one orthant


class Subject(ABC):
    """One kind of function. `columns`: its inputs' names; `unit`: its mean square."""

    name: str
    columns: tuple[str, ...]
    unit: float
    reach: tuple[float, float]  # of the picture, along the line and in y, for inputs of the training's size

    def __init__(self, learner: InContextLearner) -> None:
        self.learner = learner

    @abstractmethod
    def functions(self, n_tasks: int, seed: int) -> Curves | Linear:
        """T functions: x [T, n, d] -> [T, n, 1]."""

    @abstractmethod
    def inputs(self, n_tasks: int, number: int, seed: int, shift: Shift) -> Tensor:
        """x [T, n, d], of which the first EXAMPLES are examples."""

    @abstractmethod
    def line(self, seed: int, scale: float = 1.0) -> Tensor:
        """Where answers are drawn when inputs are `scale` times as large: [GRID, d]."""

    def far(self, scale: float) -> float:  # noqa: ARG002 - a line of its own may depend on it
        """How far that line reaches."""
        return self.reach[0]

    @abstractmethod
    def features(self, x: Tensor) -> Tensor:
        """x [.., d] -> what the functions are linear in [.., D]."""


class SinusoidSubject(Subject):
    """A sin(x - phase): a sum of sin x and cos x."""

    name, columns, unit, reach = "sinusoids", ("x",), 4.25, (5.0, 6.0)

    def functions(self, n_tasks: int, seed: int) -> Curves:
        return Sinusoids().curves(n_tasks, generator(seed))

    def inputs(self, n_tasks: int, number: int, seed: int, shift: Shift) -> Tensor:
        x = 2 * torch.rand(n_tasks, number, 1, generator=generator(seed + 1)) - 1
        if shift.orthant:
            x[:, :EXAMPLES] = x[:, :EXAMPLES].abs()
        return x * self.reach[0] * shift.scale

    def far(self, scale: float) -> float:
        """Where the examples are; smaller inputs are seen among those of the training."""
        return self.reach[0] * max(scale, 1.0)

    def line(self, seed: int, scale: float = 1.0) -> Tensor:  # noqa: ARG002 - there is one line only
        return torch.linspace(-self.far(scale), self.far(scale), GRID)[:, None]

    def features(self, x: Tensor) -> Tensor:
        return torch.cat([x.sin(), x.cos()], -1)


class LinearSubject(Subject):
    """w · x with five inputs; drawn along the line through zero on which it is steepest."""

    name, columns, unit, reach = "linear functions", ("x1", "x2", "x3", "x4", "x5"), 1.0, (3.0, 3.0)

    def functions(self, n_tasks: int, seed: int) -> Linear:
        return Linear.draw(n_tasks, len(self.columns), generator(seed))

    def inputs(self, n_tasks: int, number: int, seed: int, shift: Shift) -> Tensor:
        dims, rng = len(self.columns), generator(seed + 1)
        x = torch.randn(n_tasks, number, dims, generator=rng)
        x = shifted(x, EXAMPLES, "orthants" if shift.orthant else "test", rng)
        spread = torch.arange(1.0, dims + 1) ** -shift.skew
        return shift.scale * x * spread * (dims / spread.square().sum()).sqrt()

    def line(self, seed: int, scale: float = 1.0) -> Tensor:
        direction = self.functions(1, seed).weight[0]
        return torch.linspace(-self.far(scale), self.far(scale), GRID)[:, None] * direction / direction.norm()

    def features(self, x: Tensor) -> Tensor:
        return x
