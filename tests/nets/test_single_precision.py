"""What is exact in float64 must also be right in float32, where other kernels run."""

import pytest
import torch
from torch import nn

from metakit.core import Task
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4


@pytest.mark.parametrize("norm", ["inductive", "transductive"])
def test_vmap_equals_a_loop(norm):
    """Inductive statistics nest a vmap over queries in the one over tasks."""
    torch.manual_seed(0)
    learner = MAML(Conv4(8), nn.Linear(8, 5), steps=1, rate=0.4)
    learner.use_norm(norm)
    support_x, query_x, support_y = (
        torch.rand(3, 5, 1, 28, 28),
        torch.rand(3, 4, 1, 28, 28),
        torch.arange(5).repeat(3, 1),
    )
    tasks = Task(support_x, support_y, query_x, support_y[:, :4])
    with torch.no_grad():
        together = learner.solve(tasks)
        for i in range(3):
            alone = learner.predict(learner.adapt(support_x[i], support_y[i]), query_x[i])
            torch.testing.assert_close(together[i], alone, rtol=1e-4, atol=1e-5)
