"""What both learners know of one support set, asked about several queries."""

import pytest
import torch

from metakit.checkpoints import load
from metakit.core import as_targets
from metakit.widgets.questions import Question
from metakit.widgets.verdicts import Studied

PROTOTYPICAL, MAML = load("prototypical-omniglot-background"), load("maml-omniglot")


def question(n: int, query: float) -> Question:
    x = torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(n))
    return Question(x, torch.arange(n), torch.full((1, 1, 28, 28), query))


def studied(asked: Question, steps: int) -> Studied:
    MAML.steps = steps
    found = Studied(PROTOTYPICAL, MAML, asked)
    list(found.walk(steps))
    return found


def test_a_new_query_costs_no_inner_step_and_gets_the_answer_of_a_fresh_start() -> None:
    first, second = question(5, 0.2), question(5, 0.7)
    known = studied(first, 3)
    assert known.is_of(second)
    assert not known.is_of(question(4, 0.2))
    steps = list(MAML.adapt_steps(second.support_x, as_targets(second.support_y)))
    assert len(known.states) == len(steps) == 4
    again = torch.tensor([known.adapted(k, second.query_x) for k in range(4)])
    fresh = torch.stack([MAML.predict(step.state, second.query_x).softmax(-1)[0] for step in steps])
    torch.testing.assert_close(again, fresh.detach())
    found = known.compare(second.query_x).probabilities
    alone = PROTOTYPICAL.predict(PROTOTYPICAL.adapt(second.support_x, as_targets(second.support_y)), second.query_x)
    torch.testing.assert_close(found, alone.softmax(-1)[0].detach())


def test_the_losses_are_those_of_the_states() -> None:
    asked = question(3, 0.5)
    known = studied(asked, 2)
    y = as_targets(asked.support_y)
    with torch.no_grad():
        alone = [float(MAML.loss(MAML.predict(state, asked.support_x), y)) for state in known.states]
    assert known.losses == pytest.approx(alone[:-1], rel=1e-4)
