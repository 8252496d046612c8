"""The adaptation widget, without a browser."""

import pytest
import torch
from traitlets import TraitError

from metakit.core import MetaLearner, mean_squared_error
from metakit.learners.model_based.neural_process import ConditionalNeuralProcess
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.reptile import Reptile
from metakit.recipes.sinusoids import sinusoid_network
from metakit.widgets.adaptation import Adaptation
from tests.conformance_widgets import check_widget


def learners() -> dict[str, MetaLearner]:
    torch.manual_seed(0)
    return {
        "MAML": MAML(*sinusoid_network(), steps=1, rate=0.01, loss=mean_squared_error),
        "Reptile": Reptile(*sinusoid_network(), steps=5, rate=0.02, loss=mean_squared_error),
        "neural process": ConditionalNeuralProcess(),
    }


def test_conformance():
    check_widget(
        lambda: Adaptation(learners()),
        Adaptation.shown,
        seed=(0, 1, 999),
        shots=(0, 10, 20),
        step=(0, 5, 10),
        speed=(-3, 0, 3),
        points=([], [[0, 1]], [[i / 4, 0] for i in range(20)]),
        hidden=([], ["MAML"], ["MAML", "Reptile"]),
    )


def test_the_first_frame_is_what_the_learners_compute():
    made = learners()
    widget = Adaptation(made, seed=3, shots=5)
    support = torch.tensor(widget.points)
    made["MAML"].steps = 10
    state = made["MAML"].adapt(support[:, :1], support[:, 1:])
    curve = made["MAML"].predict(state, torch.linspace(-5, 5, 101)[:, None])[:, 0]
    torch.testing.assert_close(torch.tensor(widget.fits["MAML"]["curves"][10]), curve.detach(), atol=1e-3, rtol=0)


def test_the_learners_keep_their_settings():
    made = learners()
    Adaptation(made).speed = 2
    assert (made["MAML"].steps, made["MAML"].rate, made["Reptile"].rate) == (1, 0.01, 0.02)


def test_more_points_keep_those_there_were():
    widget = Adaptation(learners(), shots=5)
    five = widget.points
    widget.shots = 6
    assert widget.points[:5] == five


def test_own_points_land_on_the_curve_or_where_they_are_put():
    widget = Adaptation(learners())
    widget.points = [[0.0, 5.9]]
    assert widget.points[0][1] == pytest.approx(widget.truth[50], abs=2e-3)
    widget.on_curve = False
    widget.points = [[0.0, 5.9], [99.0, -99.0]]
    assert widget.points == [[0.0, 5.9], [5.0, -6.0]]


def test_k_is_the_number_of_points_whoever_put_them_there():
    widget = Adaptation(learners(), shots=5)
    widget.points = own = [*widget.points, [0.0, 0.0]]
    assert (widget.shots, len(widget.points)) == (6, 6)
    assert widget.points[:5] == own[:5]
    widget.points = []
    assert widget.shots == 0
    widget.shots = 3
    assert len(widget.points) == 3
    widget.seed = 7
    assert len(widget.points) == widget.shots == 3
    widget.points = []
    widget.seed = 8
    assert len(widget.points) == widget.shots == 5


@pytest.mark.parametrize("bad", [[[0, 0]] * 21, [[1]], [["a", 2]], [[float("nan"), 1]]])
def test_points_that_are_none_are_refused(bad):
    with pytest.raises(TraitError, match="at most 20 points"):
        Adaptation(learners()).points = bad


def test_a_diverged_curve_stays_finite():
    widget = Adaptation(learners())
    widget.on_curve, widget.speed = False, 3
    widget.points = [[-5, 6], [5, -6]]
    assert torch.isfinite(torch.tensor([fit["losses"] for fit in widget.fits.values()])).all()
