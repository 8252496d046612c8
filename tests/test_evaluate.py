"""Intervals, comparisons and calibration against closed forms."""

import pytest
import torch

from metakit.core import MetaKitError, Task, hits, mean_squared_error
from metakit.evaluate import (
    Score,
    after_every_step,
    calibration,
    evaluate,
    paired_difference,
    per_task,
    score,
    use_protocol,
)
from metakit.learners.model_based.neural_process import ConditionalNeuralProcess
from metakit.recipes import recipe
from metakit.studies import Point
from metakit.tasks.base import Protocol
from metakit.tasks.sinusoids import Sinusoids


def test_interval_is_196_standard_errors():
    values = torch.tensor([0.0, 1.0, 1.0, 0.0])
    result = score(values)
    assert result.mean == 0.5
    assert result.ci95 == pytest.approx(1.96 * (1 / 3) ** 0.5 / 2)


def test_a_share_is_told_in_percent_and_an_error_as_it_is():
    result = Score(0.98333, 0.0042, torch.zeros(2))
    assert f"{result:%}" == "98.3 ± 0.4 %"
    assert f"{result:+7%}" == "  +98.3 ± 0.4 %"
    assert f"{result}" == str(result) == "0.9833 ± 0.0042"
    assert f"{Point(100, 0.5, 0.02):5%}" == " 50.0 ± 2.0 %"
    assert f"{Point(100, -0.0002, 0.001):+%}" == "+0.0 ± 0.1 %"


def test_intervals_cover_the_truth_about_95_times_in_100():
    torch.manual_seed(0)
    results = [score(torch.rand(200)) for _ in range(400)]
    covered = sum(abs(r.mean - 0.5) < r.ci95 for r in results) / 400
    assert 0.92 < covered < 0.98


def test_paired_difference_is_narrower_than_the_parts():
    torch.manual_seed(0)
    hard = torch.rand(500)
    a, b = score(hard + 0.1 + 0.01 * torch.randn(500)), score(hard)
    difference = paired_difference(a, b)
    assert difference.mean == pytest.approx(0.1, abs=0.005)
    assert difference.ci95 < 0.1 * a.ci95


def test_hits_and_errors_of_each_task():
    logits = torch.tensor([[[2.0, 1.0], [0.0, 1.0]]])
    tasks = Task(torch.zeros(1, 1), torch.zeros(1, 1, dtype=torch.long), torch.zeros(1, 2), torch.tensor([[0, 0]]))
    assert per_task(logits, tasks).tolist() == [0.5]
    assert hits(logits, torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])).mean() == 1
    numbers = tasks._replace(query_y=torch.tensor([[[1.0], [3.0]]]))
    assert per_task(torch.zeros(1, 2, 1), numbers).tolist() == [5.0]


def test_the_same_seed_draws_the_same_tasks():
    learner = ConditionalNeuralProcess(width=16)
    first, again = (evaluate(learner, Sinusoids(), 30, seed=4) for _ in range(2))
    assert torch.equal(first.per_task, again.per_task)
    assert evaluate(learner, Sinusoids(), 30, seed=5).mean != first.mean


def test_inner_steps_are_refused_where_there_are_none():
    with pytest.raises(MetaKitError, match="takes no inner steps"):
        use_protocol(ConditionalNeuralProcess(width=16), Protocol(steps=3))


def test_calibration_of_a_sure_and_half_right_learner():
    logits = torch.tensor([[10.0, 0.0]] * 4)
    ((confidence, accuracy, count),) = calibration(logits, torch.tensor([0, 1, 0, 1]))
    assert confidence == pytest.approx(1, abs=1e-3)
    assert (accuracy, count) == (0.5, 4)


def test_a_word_is_right_when_every_letter_is():
    words = torch.eye(3)[torch.tensor([[[1, 2, 0], [1, 1, 0]]])]  # [T, Q, places, N]
    said = torch.eye(3)[torch.tensor([[[1, 2, 0], [1, 2, 0]]])]
    tasks = Task(torch.zeros(1, 1), torch.zeros(1, 1), torch.zeros(1, 2), words)
    assert per_task(said, tasks).tolist() == [0.5]


def test_the_error_after_every_step_is_what_one_measures_there():
    maml, tasks = recipe("maml-sinusoid").learner(), Sinusoids(5, 7).sample(3, torch.Generator().manual_seed(0))
    errors = after_every_step(maml, tasks, 4)
    assert errors.shape == (3, 5)
    for maml.steps in (0, 2, 4):
        expected = mean_squared_error(maml.solve(tasks.at(slice(1, 3)))[1], tasks.query_y[2])
        torch.testing.assert_close(errors[2, maml.steps], expected, rtol=1e-4, atol=1e-5)


def test_a_learner_that_reads_has_a_step_an_example():
    tasks = Sinusoids(5, 7).sample(3, torch.Generator().manual_seed(0))
    assert after_every_step(ConditionalNeuralProcess(width=16), tasks, 2).shape == (3, 6)
