"""Linear attention: with the weights of eq. 3 it is gradient descent, and that is the best that one layer finds."""

import pytest
import torch

from metakit.core import mean_squared_error
from metakit.evaluate import evaluate
from metakit.learners.model_based.linear_attention import LinearAttention, PreconditionedDescent
from metakit.tasks.base import generator
from metakit.tasks.functions import Functions
from tests.conformance import as_double, check_learner

TASKS = Functions("linear", dims=4, shots=6, queries=3, uniform=True)


@pytest.mark.parametrize("layers", [1, 3])
def test_the_contract(layers):
    torch.manual_seed(0)
    check_learner(LinearAttention(4, layers), TASKS, relabels=False)
    check_learner(PreconditionedDescent(layers), TASKS, relabels=False)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_layers_by_hand_are_gradient_descent(steps):
    """On the mean of half the squared error of x · w from w = 0, with autograd."""
    task = as_double(TASKS.sample(1, generator(0))).at(0)
    w = torch.zeros(4, 1, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        (slope,) = torch.autograd.grad(mean_squared_error(task.support_x @ w, task.support_y) / 2, w)
        w = (w - 0.25 * slope).detach().requires_grad_()
    layers = LinearAttention.by_hand(4, [0.25] * steps).double()
    torch.testing.assert_close(layers.predict(layers.adapt(*task[:2]), task.query_x), task.query_x @ w)


def test_every_layer_is_one_more_step():
    tasks = as_double(TASKS.sample(1, generator(0)))
    answers = [frame.prediction for frame in LinearAttention.by_hand(4, [0.25] * 3).double().trace(tasks.at(0))]
    for steps in range(4):
        shorter = LinearAttention.by_hand(4, [0.25] * steps) if steps else None
        expected = shorter.double().solve(tasks)[0] if shorter else torch.zeros(3, 1, dtype=torch.float64)
        torch.testing.assert_close(answers[steps], expected)


def test_preconditioned_layers_by_hand_are_preconditioned_descent():
    descent = PreconditionedDescent(3).double()
    with torch.no_grad():
        descent.rates.copy_(torch.tensor([0.3, 0.5, 0.4]))
        descent.curvatures.copy_(torch.tensor([0.2, -0.1, 0.3]))
    layers = LinearAttention.by_hand(4, descent.rates.tolist(), descent.curvatures.tolist()).double()
    tasks = as_double(TASKS.sample(5, generator(0)))
    torch.testing.assert_close(layers.solve(tasks), descent.solve(tasks), rtol=1e-5, atol=1e-6)


def test_the_best_step_leaves_what_the_closed_form_says():
    """Var x = 1, E x^4 = 9/5: the mean square of XX'/N has (9/5 + d - 1) / N + 1 - 1/N on its diagonal; d = N = 10."""
    curvature = (1.8 + 9) / 10 + 0.9
    score = evaluate(
        LinearAttention.by_hand(10, [1 / curvature]),
        Functions("linear", 10, shots=10, queries=10, uniform=True),
        4000,
        batch=1000,
    )
    assert abs(score.mean - (1 - 1 / curvature)) < 2 * score.ci95


def test_steps_that_are_alike_would_stay_alike_and_so_they_start_apart():
    """Plain steps commute: the error is the same function of each rate, and so is its slope."""
    descent, tasks = PreconditionedDescent(3, preconditioned=False).double(), as_double(TASKS.sample(20, generator(0)))
    assert len(set(descent.rates.tolist())) == 3
    with torch.no_grad():
        descent.rates.fill_(0.3)
    (slope,) = torch.autograd.grad(descent.meta_loss(tasks), [descent.rates])
    torch.testing.assert_close(slope, slope.mean().expand(3))
