"""MAML on one support set, asked about several queries."""

import torch

from metakit.checkpoints import load
from metakit.core import as_targets
from metakit.widgets.verdicts import Question, Trajectory


def question(n: int, query: float) -> Question:
    x = torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(n))
    return Question(x, torch.arange(n), torch.full((1, 1, 28, 28), query))


def test_a_new_query_costs_no_inner_step_and_gets_the_answer_of_a_fresh_start(monkeypatch) -> None:
    maml, first, second = load("maml-omniglot"), question(5, 0.2), question(5, 0.7)
    trajectory = Trajectory(maml, *first[:2], 3)
    assert len(list(trajectory.moments(first.query_x))) == 4
    assert trajectory.is_of(second)
    assert not trajectory.is_of(question(4, 0.2))
    states = [step.state for step in maml.adapt_steps(second.support_x, as_targets(second.support_y))][:4]
    monkeypatch.setattr(maml, "adapt_steps", None)  # no step may be taken
    again = [moment.probabilities for moment in trajectory.moments(second.query_x)]
    fresh = [maml.predict(state, second.query_x).softmax(-1)[0] for state in states]
    torch.testing.assert_close(again, fresh)


def test_a_trajectory_that_was_left_goes_on_where_it_was() -> None:
    trajectory = Trajectory(load("maml-omniglot"), *question(3, 0.5)[:2], 2)
    query = question(3, 0.5).query_x
    begun = next(trajectory.moments(query))
    everything = list(trajectory.moments(query))
    assert len(everything) == 3
    torch.testing.assert_close(everything[0].probabilities, begun.probabilities)
