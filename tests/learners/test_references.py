"""The reference estimators are what they say: against longhand formulas, optimality conditions, a brute search."""

import itertools

import pytest
import torch

from metakit.learners.baselines.greedy_tree import GreedyTree, split_gains
from metakit.learners.baselines.lasso import Lasso
from metakit.learners.baselines.linear_estimators import Averaging, DiscreteBayes, LeastSquares, Ridge
from metakit.learners.baselines.nearest_examples import NearestExamples
from metakit.tasks.base import generator
from metakit.tasks.functions import Functions
from tests import conformance

LINEAR = Functions("linear", dims=4, shots=7, queries=3)
NOISY = Functions("linear", dims=4, shots=7, queries=3, noise=0.3)
POOL = torch.randn(5, 4, generator=generator(0), dtype=torch.float64)


def doubles(tasks: Functions, n_tasks: int = 3):
    return conformance.as_double(tasks.sample(n_tasks, generator(1)))


@pytest.mark.parametrize(
    "learner",
    [LeastSquares(), Ridge(0.3), Averaging(), DiscreteBayes(POOL, 0.5), Lasso(), NearestExamples(), GreedyTree()],
    ids=lambda learner: type(learner).__name__,
)
def test_they_keep_the_contract(learner):
    tasks = doubles(LINEAR)
    conformance.check_trace_ends_where_adaptation_ends(learner, tasks)
    conformance.check_tasks_do_not_leak(learner, tasks)
    conformance.check_query_labels_reach_no_prediction(learner, tasks)
    conformance.check_support_order_is_irrelevant(learner, tasks)


@pytest.mark.parametrize("learner", [LeastSquares(), Ridge(0.3), Averaging(), DiscreteBayes(POOL, 0.5), Lasso()])
def test_after_some_examples_it_is_as_if_there_were_no_more(learner):
    task = doubles(NOISY).at(0)
    x, y = task.support_x, task.support_y
    states = [step.state for step in learner.adapt_steps(x, y)]
    for number in range(1, len(x) + 1):
        torch.testing.assert_close(states[number], learner.adapt(x[:number], y[:number]), rtol=1e-6, atol=1e-9)


def test_least_squares_is_torchs_and_exact_from_d_examples_on():
    task = doubles(LINEAR).at(0)
    states = [step.state for step in LeastSquares().adapt_steps(task.support_x, task.support_y)]
    smallest = torch.linalg.lstsq(task.support_x[:2], task.support_y[:2], driver="gelsd").solution
    torch.testing.assert_close(states[2], smallest)
    torch.testing.assert_close(task.query_x @ states[4], task.query_y)
    assert not states[0].any()


def test_ridge_is_the_posterior_mean():
    """Closed form: w ~ N(0, I/d), noise s; and no other strength does better."""
    tasks = Functions("linear", dims=4, shots=6, queries=1, noise=0.4).sample(4000, generator(3))
    best = 4 * 0.4**2
    errors = {s: float((Ridge(s).solve(tasks) - tasks.query_y).square().mean()) for s in (best / 4, best, best * 4)}
    assert min(errors, key=errors.__getitem__) == best


def test_discrete_bayes_weighs_tasks_by_their_likelihood():
    x, y = torch.randn(3, 4, dtype=torch.float64), torch.randn(3, 1, dtype=torch.float64)
    likelihood = torch.stack([torch.exp(-((y - x @ w[:, None]) ** 2).sum() / (2 * 0.5**2)) for w in POOL])
    longhand = (likelihood / likelihood.sum()) @ POOL
    torch.testing.assert_close(DiscreteBayes(POOL, 0.5).adapt(x, y)[:, 0], longhand)


def test_lasso_meets_its_optimality_conditions():
    """The gradient of the squared error is -alpha sign(w) where w is not 0, and at most alpha elsewhere."""
    x = torch.randn(12, 6, dtype=torch.float64, generator=generator(5))
    y = x[:, :1] * 2 + 0.1 * torch.randn(12, 1, dtype=torch.float64, generator=generator(6))
    w = Lasso(0.1, 3000).adapt(x, y)
    slope = x.T @ (y - x @ w) / 12
    active = w.abs() > 1e-9
    assert 0 < active.sum() < 6
    torch.testing.assert_close(slope[active], 0.1 * w[active].sign(), rtol=1e-4, atol=1e-6)
    assert slope.abs().max() <= 0.1 + 1e-6


def test_lasso_has_arrived_when_it_stops():
    task = Functions("sparse", dims=20, shots=10, queries=1).sample(1, generator(4)).at(0)
    soon, late = (Lasso(iterations=n).adapt(task.support_x, task.support_y) for n in (Lasso().iterations, 20_000))
    assert float((soon - late).abs().max()) < 0.01


def test_lasso_beats_least_squares_on_sparse_functions():
    tasks = Functions("sparse", dims=20, shots=10, queries=1).sample(200, generator(4))
    errors = [float((learner.solve(tasks) - tasks.query_y).square().mean()) for learner in (Lasso(), LeastSquares())]
    assert errors[0] < 0.7 * errors[1]


def test_nearest_examples_are_the_nearest():
    task = doubles(LINEAR).at(0)
    answers = NearestExamples(2).solve(doubles(LINEAR))[0]
    for answer, query in zip(answers, task.query_x, strict=True):
        order = sorted(range(7), key=lambda i: float((task.support_x[i] - query).norm()))
        torch.testing.assert_close(answer, task.support_y[order[:2]].mean(0))


def test_gains_are_what_the_variance_loses():
    x, y = torch.randn(9, 3, dtype=torch.float64), torch.randn(9, 1, dtype=torch.float64)
    everyone = torch.ones(9, dtype=torch.bool)
    spread = lambda part: float((part - part.mean()).square().sum()) if len(part) else 0.0  # noqa: E731
    longhand = [spread(y) - spread(y[x[:, j] > 0]) - spread(y[x[:, j] <= 0]) for j in range(3)]
    torch.testing.assert_close(split_gains(x > 0, y, everyone), torch.tensor(longhand, dtype=torch.float64))


def test_a_greedy_tree_fits_its_examples():
    task = doubles(Functions("tree", dims=6, shots=12, queries=2)).at(0)
    frames = GreedyTree().trace(task._replace(query_x=task.support_x, query_y=task.support_y))
    assert frames[-1].loss < 1e-12
    assert all(a.loss > b.loss for a, b in itertools.pairwise(frames))
