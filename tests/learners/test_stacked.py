"""MAML's tasks stacked: the number and the meta-gradient of the one-task code under vmap, in float64."""

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from metakit.core import MetaLearner, Task, cross_entropy, mean_squared_error
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.stacked import can_stack
from metakit.nets.encoders import Conv4, mlp
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import Sinusoids
from tests.conformance import gradients


def maml(activation=nn.Tanh, **settings) -> MAML:
    torch.manual_seed(0)
    *body, head = mlp(1, 9, 7, 1, activation=activation)
    return MAML(nn.Sequential(*body), head, loss=mean_squared_error, **settings).double()


@pytest.fixture
def tasks() -> Task:
    return Task(*(part.double() for part in Sinusoids(5, 7).sample(4, generator(1))))


@pytest.mark.parametrize("activation", [nn.Tanh, nn.ReLU])
@pytest.mark.parametrize("adapts", ["all", "head"])
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_stacked_tasks_have_the_meta_gradient_of_vmap(tasks, steps, order, adapts, activation):
    learner = maml(activation, steps=steps, rate=0.05, head_rate=0.1, order=order, adapts=adapts)
    learner.pace = 0.7
    assert can_stack(learner, tasks)
    stacked, one_task = learner.meta_loss(tasks), MetaLearner.meta_loss(learner, tasks)
    torch.testing.assert_close(stacked, one_task, rtol=1e-12, atol=1e-12)
    theirs = gradients(learner, one_task)
    for name, mine in gradients(learner, stacked).items():
        torch.testing.assert_close(mine, theirs[name], rtol=1e-11, atol=1e-13)


def test_stacked_tasks_are_measured_without_gradients_too(tasks):
    learner = maml(steps=2, rate=0.05)
    with torch.no_grad():
        measured = learner.meta_loss(tasks)
    assert not measured.requires_grad
    torch.testing.assert_close(measured, learner.meta_loss(tasks).detach(), rtol=1e-12, atol=1e-12)


def test_what_is_no_perceptron_of_numbers_goes_under_vmap(tasks):
    class Doubled(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    plain, head, square, twice = nn.Linear(1, 4), nn.Linear(4, 1), nn.Linear(4, 4), nn.ReLU()
    others = [
        nn.Sequential(nn.Linear(1, 4, bias=False)), nn.Sequential(plain, nn.LayerNorm(4)), plain, Conv4(4),
        nn.Sequential(plain, nn.Dropout()), nn.Sequential(Doubled(1, 4)), nn.Sequential(plain, square, square),
        nn.Sequential(plain, twice, square, twice), nn.Sequential(weight_norm(nn.Linear(1, 4))),
    ]  # fmt: skip
    assert can_stack(MAML(nn.Sequential(plain, twice), head, loss=mean_squared_error), tasks)
    for body in others:
        assert not can_stack(MAML(body, head, loss=mean_squared_error), tasks)
    assert not can_stack(MAML(nn.Sequential(plain), head, loss=cross_entropy), tasks)
    wide = tasks._replace(support_x=tasks.support_x[..., None])
    labelled = tasks._replace(support_y=torch.zeros(4, 5, dtype=torch.int64))
    for these in (wide, labelled):
        assert not can_stack(MAML(nn.Sequential(plain, twice), head, loss=mean_squared_error), these)
    learner = MAML(nn.Sequential(nn.Linear(1, 4, bias=False), nn.Tanh()), head, loss=mean_squared_error).double()
    torch.testing.assert_close(learner.meta_loss(tasks), MetaLearner.meta_loss(learner, tasks))
