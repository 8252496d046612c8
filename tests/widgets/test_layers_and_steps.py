"""Layers beside gradient steps, without a browser."""

import pytest
import torch

from metakit.core import MetaLearner
from metakit.learners.model_based.linear_attention import LinearAttention, PreconditionedDescent
from metakit.widgets.layers_and_steps import FAR, LayersAndSteps
from tests.conformance_widgets import check_widget


def learners() -> dict[str, MetaLearner]:
    steps = PreconditionedDescent(3, preconditioned=False)
    return {"layers": LinearAttention.by_hand(4, steps.rates.tolist()), "steps": steps}


def widget() -> LayersAndSteps:
    return LayersAndSteps(learners(), dims=4)


def test_conformance():
    check_widget(
        widget, LayersAndSteps.shown, step=(0, 2, 3), seed=(0, 1, 7), shots=(2, 10, 40), stretch=(-2, 0, 2),
        hidden=([], ["steps"]),
    )  # fmt: skip


def test_layers_by_hand_and_steps_are_one_picture():
    layers, steps = (widget().found[name] for name in ("layers", "steps"))
    for what in ("answers", "residual", "error"):
        torch.testing.assert_close(torch.tensor(layers[what]), torch.tensor(steps[what]), atol=2e-4, rtol=0)


def test_before_the_first_step_everybody_predicts_zero():
    found = widget().found["layers"]
    assert found["answers"][0] == [0.0] * 40
    assert found["residual"][0] == found["error"][0] == 1.0
    assert found["residual"][3] < found["residual"][1] < 1


def test_least_squares_is_exact_once_there_are_as_many_examples_as_inputs():
    drawn = widget()
    assert drawn.best == pytest.approx([0, 0], abs=1e-4)
    drawn.shots = 2
    assert drawn.best[1] > 0.05


def test_more_examples_keep_the_function_and_the_queries():
    drawn = widget()
    truth = drawn.truth
    drawn.shots = 30
    assert drawn.truth == truth


def test_who_has_fewer_steps_stays_and_who_diverges_is_drawn_far():
    mixed = LayersAndSteps(
        {"one": LinearAttention.by_hand(4, [0.3]), "wild": LinearAttention.by_hand(4, [99.0] * 30)}, 4
    )
    assert mixed.most == 30
    assert mixed.found["one"]["error"][1] == mixed.found["one"]["error"][30]
    assert mixed.found["wild"]["error"][30] == FAR
