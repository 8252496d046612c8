"""The convolutional path under vmap equals a plain loop over tasks in float64: value, first and second order."""

import pytest
import torch
from torch import nn

from metakit.core import Task
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from tests.nets import plain

WAYS = 3


def learner_and_tasks(n_tasks: int = 3, *, size: int = 28, pool: bool = False, **settings: object) -> tuple[MAML, Task]:
    torch.manual_seed(0)
    learner = MAML(Conv4(6, pool=pool), nn.Linear(6, WAYS), rate=1.0, **settings).double()
    for name, weight in learner.named_parameters():
        if "norm" in name:
            nn.init.normal_(weight, 0.5, 0.5)
    x = torch.rand(2, n_tasks, WAYS, 1, size, size, dtype=torch.float64)
    y = torch.eye(WAYS, dtype=torch.float64).expand(n_tasks, WAYS, WAYS)
    return learner, Task(x[0], y, x[1], y)


def gradients(loss: torch.Tensor, learner: nn.Module) -> dict[str, torch.Tensor]:
    weights = dict(learner.named_parameters())
    return dict(zip(weights, torch.autograd.grad(loss, list(weights.values())), strict=True))


@pytest.mark.parametrize(("steps", "order", "pool"), [(1, 2, False), (3, 2, False), (2, 1, False), (2, 2, True)])
def test_maml_equals_the_loop(steps: int, order: int, pool: bool) -> None:
    learner, tasks = learner_and_tasks(pool=pool, steps=steps, order=order)
    fast, slow = learner.meta_loss(tasks), plain.meta_loss(learner, tasks, pool=pool)
    torch.testing.assert_close(fast, slow, rtol=1e-12, atol=1e-13)
    found, expected = gradients(fast, learner), gradients(slow, learner)
    for name in expected:
        torch.testing.assert_close(
            found[name], expected[name], rtol=0, atol=1e-12 * float(expected[name].abs().max()) + 1e-13
        )
