"""Sinusoids: the curves, and the two reference points that every result is held against."""

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import BEST_SINGLE_FUNCTION_MSE, ZERO_PREDICTOR_MSE, Sinusoids
from tests.conformance_tasks import check_tasks


@pytest.mark.parametrize("shots", [1, 5, 10])
def test_sinusoids_keep_the_contract(shots):
    check_tasks(Sinusoids(shots=shots))


def test_targets_lie_on_one_curve():
    task = Sinusoids(shots=5, queries=20).sample(50, generator(0))
    x, y = (
        torch.cat(both, 1)[..., 0].double() for both in ((task.support_x, task.query_x), (task.support_y, task.query_y))
    )
    basis = torch.stack([x.sin(), x.cos()], -1)  # A sin(x - phase) = a sin x + b cos x
    fitted = torch.linalg.lstsq(basis, y[..., None]).solution
    assert (basis @ fitted - y[..., None]).abs().max() < 1e-5
    amplitude = fitted.norm(dim=1).flatten()
    phase = torch.atan2(-fitted[:, 1], fitted[:, 0]).flatten()
    assert amplitude.min() > 0.1 - 1e-5
    assert amplitude.max() < 5 + 1e-5
    assert phase.min() > -1e-5
    assert phase.max() < torch.pi + 1e-5


def test_reference_points():
    """Numerically: E[y^2], and what is left of it when E[y | x], the best that ignores the task, is taken away."""
    amplitude = torch.linspace(0.1, 5, 401, dtype=torch.float64)
    phase = torch.linspace(0, torch.pi, 401, dtype=torch.float64)
    x = torch.linspace(-5, 5, 401, dtype=torch.float64)
    sine = torch.sin(x[:, None] - phase)
    squared = (
        torch.trapezoid(torch.trapezoid(sine**2, phase) / torch.pi, x)
        / 10
        * torch.trapezoid(amplitude**2, amplitude)
        / 4.9
    )
    mean = torch.trapezoid(sine, phase) / torch.pi * torch.trapezoid(amplitude, amplitude) / 4.9
    assert float(squared) == pytest.approx(ZERO_PREDICTOR_MSE, abs=0.01)
    assert float(squared - torch.trapezoid(mean**2, x) / 10) == pytest.approx(BEST_SINGLE_FUNCTION_MSE, abs=0.01)


def test_no_shots_is_no_task():
    with pytest.raises(MetaKitError, match="K of at least 1"):
        Sinusoids(shots=0)
