"""In-context learning: the contract, and what a prompt of any length answers."""

import pytest
import torch

from metakit.core import MetaKitError, cross_entropy, mean_squared_error
from metakit.learners.model_based.in_context import InContextLearner
from metakit.nets.transformer import Transformer
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import Sinusoids
from tests.conformance import as_double, check_learner

SINUSOIDS = Sinusoids(shots=5, queries=2)


def learner(tokens: str = "merged", n_x: int = 1, **settings) -> InContextLearner:
    torch.manual_seed(0)
    return InContextLearner(n_x, 1, Transformer(16, 2, 2, **settings), tokens=tokens, longest=8)


@pytest.mark.parametrize("kind", ["softmax", "linear"])
@pytest.mark.parametrize("tokens", ["merged", "interleaved"])
def test_on_sinusoids(tokens, kind):
    check_learner(learner(tokens, kind=kind), SINUSOIDS, ordered=True, relabels=False)


def test_on_images(episodes):
    torch.manual_seed(0)
    images = InContextLearner(784, 5, Transformer(16, 1, 2), loss=cross_entropy)
    check_learner(images, episodes, ordered=True, relabels=False, rate=1e-2)


@pytest.mark.parametrize("tokens", ["merged", "interleaved"])
def test_one_pass_scores_every_length_of_the_prompt(tokens):
    """The loss is the mean of what each prefix of the stream, adapted to on its own, says of the next example."""
    double, task = learner(tokens).double(), as_double(SINUSOIDS.sample(1, generator(3))).at(0)
    x, y = torch.cat([task.support_x, task.query_x]), torch.cat([task.support_y, task.query_y])
    errors = [
        mean_squared_error(double.predict(double.adapt(x[:s], y[:s]), x[s : s + 1]), y[s : s + 1])
        for s in range(1, len(x))
    ]
    nothing = next(iter(double.adapt_steps(x, y))).state
    errors.insert(0, mean_squared_error(double.predict(nothing, x[:1]), y[:1]))
    torch.testing.assert_close(double.task_loss(task), torch.stack(errors).mean())


@pytest.mark.parametrize("kind", ["softmax", "linear"])
@pytest.mark.parametrize("tokens", ["merged", "interleaved"])
def test_answers_after_each_example_are_those_of_each_state(tokens, kind):
    double, task = learner(tokens, kind=kind).double(), as_double(SINUSOIDS.sample(1, generator(4))).at(0)
    states = double.adapt_steps(task.support_x, task.support_y)
    one_by_one = torch.stack([double.predict(step.state, task.query_x) for step in states])
    torch.testing.assert_close(double.answers_after_each(task.support_x, task.support_y, task.query_x), one_by_one)


def test_merged_rows_hold_the_example_before():
    rows = []
    merged = learner("merged")
    merged.embed = torch.nn.Identity()
    rows = merged.rows(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[10.0], [20.0], [30.0]]))
    assert rows.tolist() == [[1, 0, 0], [2, 1, 10], [3, 2, 20]]


def test_too_long_and_too_many_ways_are_told(episodes):
    with pytest.raises(MetaKitError, match="8 examples at most"):
        learner("interleaved").solve(Sinusoids(shots=9, queries=1).sample(1, generator(0)))
    with pytest.raises(MetaKitError, match="2 classes apart at most"):
        InContextLearner(784, 2, loss=cross_entropy).solve(episodes.sample(1, generator(0)))
