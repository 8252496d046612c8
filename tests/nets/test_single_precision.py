"""What is exact in float64 must also be right in float32, where other kernels run."""

import pytest
import torch
from torch import nn

from metakit.core import Task
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.convolution import Layout, convolve, convolve_input, convolve_weight
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


@pytest.mark.parametrize("channels", [1, 8, 64])
@pytest.mark.parametrize(("repeats", "groups"), [(1, 1), (3, 1), (1, 3), (2, 3)])
@pytest.mark.parametrize(("size", "stride"), [(4, 2), (7, 1), (14, 2)])
def test_the_three_convolutions_are_those_of_double_precision(channels, repeats, groups, size, stride):
    """Grouped three-dimensional convolution misreads channels-last weights here, without a word."""
    layout, half = Layout(stride, (size, size), repeats, groups), (size - 1) // stride + 1
    x, w, g = (
        torch.randn(*shape).contiguous(memory_format=torch.channels_last)
        for shape in (
            (2, repeats * groups * channels, size, size),
            (groups * 8, channels, 3, 3),
            (2, repeats * groups * 8, half, half),
        )
    )
    for function, inputs in ((convolve, (x, w)), (convolve_input, (g, w)), (convolve_weight, (x, g))):
        found, expected = function(*inputs, layout), function(*(v.double() for v in inputs), layout)
        torch.testing.assert_close(found.double(), expected, rtol=1e-4, atol=1e-4)
