"""What the adaptation widget draws: the curve of every learner after every step, computed ahead."""

import copy
from typing import Any, TypedDict

import torch
from torch import Tensor

from metakit.core import MetaLearner, Task, mean_squared_error
from metakit.learners.model_based.neural_process import ConditionalNeuralProcess
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.reptile import Reptile

FAR = 1e3  # what leaves the picture by more than this is drawn here: a diverged curve, infinities
NORMAL_95 = 1.96


class Fit(TypedDict):
    """One learner on one task: plain lists, ready to travel to the browser."""

    curves: list[list[float]]  # [steps + 1][n]
    losses: list[float]  # [steps + 1] mean squared error against the true curve
    low: list[list[float]]  # [steps + 1][n] 95 % band of the prediction; [] without one
    high: list[list[float]]
    rate: float  # inner rate used; 0 without one


def fit(
    learner: MetaLearner, support: tuple[Tensor, Tensor], grid: Tensor, truth: Tensor, steps: int, factor: float
) -> Fit:
    """Adapt to support x and y [K, 1] and look at the grid [n, 1] after 0 … `steps` steps.

    Gradient learners use `factor` times their own inner rate. A learner that reads has read nothing at step 0, and
    all the points from step 1 on. Without points nobody moves.
    """
    gradients = isinstance(learner, MAML | Reptile)
    if isinstance(learner, MAML | Reptile):
        learner = copy.copy(learner)  # the weights are shared, the settings are not
        learner.steps, learner.rate = (steps if len(support[0]) else 0), learner.rate * factor
    frames = learner.trace(Task(*support, grid, truth))
    frames = frames if gradients else [frames[0], frames[-1]]
    frames += [frames[-1]] * (steps + 1 - len(frames))
    curves = torch.stack([frame.prediction for frame in frames])[..., 0].nan_to_num(FAR).clamp(-FAR, FAR)
    bands = (
        [_band(learner, frame.state, grid) for frame in frames] if isinstance(learner, ConditionalNeuralProcess) else []
    )
    losses = torch.stack([mean_squared_error(curve, truth[:, 0]) for curve in curves])
    return Fit(
        curves=_plain(curves),
        losses=[float(f"{loss:.4g}") for loss in losses.tolist()],
        low=[low for low, _ in bands],
        high=[high for _, high in bands],
        rate=float(f"{learner.rate:.3g}") if isinstance(learner, MAML | Reptile) else 0.0,
    )


def _band(learner: ConditionalNeuralProcess, state: Tensor, grid: Tensor) -> tuple[list[float], list[float]]:
    with torch.no_grad():
        mean, deviation = learner.distribution(state, grid)
    low, high = mean - NORMAL_95 * deviation, mean + NORMAL_95 * deviation
    return _plain(low[:, 0]), _plain(high[:, 0])


def _plain(values: Tensor) -> Any:
    """Numbers with three decimals: a sixth of the picture's height in pixels, and short on the wire."""
    return (values.detach().double() * 1000).round().div(1000).tolist()
