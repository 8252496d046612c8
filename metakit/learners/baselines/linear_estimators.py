"""The best that can be done with a linear function: what a learner of prompts is measured against.

    least squares    w = X⁺ y                      the smallest w that fits; exact from d examples on, without noise
    ridge            w = (X'X + lambda I)⁻¹ X'y    for w ~ N(0, I/d) and noise s: the Bayes optimum at lambda = d s²
    averaging        w = (1 / S) sum of y_i x_i    one step of gradient descent from zero
    discrete Bayes   w = sum over m of p(m) w_m,   p(m) ~ exp(-|y - X w_m|² / 2 s²)   when there are M tasks only

All four are given the examples one at a time, and know after each what they would know if there were no more.

Shivam Garg and others: What Can Transformers Learn In-Context?, 2022, arXiv:2208.01066, appendix A.3; ridge and the
discrete estimator: Allan Raventós and others: Pretraining Task Diversity, 2023, arXiv:2306.15063, section 2.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import final

import torch
from torch import Tensor

from metakit.core import EpisodicLearner, Loss, Step, mean_squared_error


class LinearEstimator(EpisodicLearner):
    """State: the weights w [d, 1]. One step: one more support example; step 0: none yet."""

    loss: Loss = staticmethod(mean_squared_error)

    @abstractmethod
    def weights(self, x: Tensor, y: Tensor) -> Tensor:
        """The weights after 0, 1, … S of the examples x [S, d], y [S, 1]: [S + 1, d, 1]."""

    @final
    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        for weight in self.weights(x, y):
            yield Step(weight)

    @final
    def predict(self, state: Tensor, x: Tensor) -> Tensor:
        return x @ state


class LeastSquares(LinearEstimator):
    """The smallest weights among those that fit best."""

    def weights(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.linalg.pinv(x * seen(x)) @ y


class Ridge(LinearEstimator):
    """Least squares that prefers small weights; `strength`: lambda."""

    def __init__(self, strength: float) -> None:
        super().__init__()
        self.strength = strength

    def weights(self, x: Tensor, y: Tensor) -> Tensor:
        products, targets = running_sums(x[:, :, None] * x[:, None]), running_sums(x[:, :, None] * y[:, None])
        return torch.linalg.solve(products + self.strength * torch.eye(x.shape[1]).to(x), targets)


class Averaging(LinearEstimator):
    """The mean of target times input."""

    def weights(self, x: Tensor, y: Tensor) -> Tensor:
        number = torch.arange(len(x) + 1).to(x).clamp(min=1)[:, None, None]
        return running_sums(x[:, :, None] * y[:, None]) / number


class DiscreteBayes(LinearEstimator):
    """The posterior mean when the task is one of `pool` [M, d], all alike likely; `noise`: standard deviation s."""

    pool: Tensor

    def __init__(self, pool: Tensor, noise: float) -> None:
        super().__init__()
        self.register_buffer("pool", pool)
        self.noise = noise

    def weights(self, x: Tensor, y: Tensor) -> Tensor:
        misfits = running_sums((x @ self.pool.T - y).square())  # [S + 1, M]
        posterior = (-misfits / (2 * self.noise**2)).softmax(-1)
        return (posterior @ self.pool)[..., None]


def seen(x: Tensor) -> Tensor:
    """1 for the examples among the first 0, 1, … S, else 0: [S + 1, S, 1]."""
    return torch.ones(len(x) + 1, len(x)).tril(-1).to(x)[..., None]


def running_sums(values: Tensor) -> Tensor:
    """Sums of the first 0, 1, … S of values [S, ..]: [S + 1, ..]."""
    return torch.cat([torch.zeros_like(values[:1]), values.cumsum(0)])
