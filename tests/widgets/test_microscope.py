"""The meta-gradient microscope, without a browser; and that each of its faults is what it says."""

import pytest
import torch
from torch import nn
from traitlets import TraitError

from metakit.core import mean_squared_error
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.fully_connected import FullyConnected
from metakit.recipes.sinusoids import sinusoid_network
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.sinusoids import Sinusoids
from metakit.widgets.faults import broken
from metakit.widgets.microscope import Microscope, Specimen
from tests.conformance_widgets import check_widget


def microscope() -> Microscope:
    torch.manual_seed(0)
    pixels = (torch.rand((12, 4, 28, 28), generator=generator(0)) * 255).to(torch.uint8)
    images = Episodes(ImageSet(pixels, tuple(map(str, range(12)))), ways=5, shots=1, queries=2)
    sines = MAML(*sinusoid_network(), rate=0.01, loss=mean_squared_error)
    characters = MAML(FullyConnected(784, 16, 16), nn.Linear(16, 5), rate=0.1)
    return Microscope(
        {"sines": Specimen(sines, Sinusoids(), 25), "characters": Specimen(characters, images, 4)}, steps=2
    )


def test_conformance():
    check_widget(
        microscope,
        Microscope.shown,
        specimen=(0, 1),
        seed=(0, 1, 999),
        steps=(1, 2, 3),
        speed=(-3, 0, 3),
        fault=("nothing", "no create_graph", "summed loss"),
        double=(False, True),
        layer=("layer 1", "head", "all"),
    )


def test_characters_answer_in_time_as_well():
    def make() -> Microscope:
        widget = microscope()
        widget.specimen = 1
        return widget

    check_widget(make, Microscope.shown, steps=(1, 2, 3), fault=("nothing", "no create_graph", "nn.BatchNorm2d"))


def error(widget: Microscope, fault: str, double: bool = True) -> float:
    widget.fault, widget.double = fault, double
    return widget.reading["all"]["error"]


@pytest.mark.parametrize("specimen", [0, 1])
def test_what_is_right_differs_by_rounding(specimen):
    widget = microscope()
    widget.specimen = specimen
    assert error(widget, "nothing") < 1e-12
    assert 1e-9 < error(widget, "nothing", double=False) < 1e-4


@pytest.mark.parametrize("specimen", [0, 1])
def test_without_create_graph_the_direct_term_is_found(specimen):
    widget = microscope()
    widget.specimen = specimen
    assert error(widget, "no create_graph") > 1e-3
    for reading in widget.reading.values():
        assert reading["found"] == pytest.approx([reading["carried"][-1]] * 3, rel=1e-3)
        assert reading["found_angle"] == pytest.approx(reading["angle"], abs=0.01)


def test_torchs_batch_norm_stays_wrong_in_float64_and_our_own_does_not():
    widget = microscope()
    widget.specimen = 1
    assert error(widget, "nn.BatchNorm2d") > 1e-4
    assert widget.reading["all"]["found"][-1] == pytest.approx(widget.reading["all"]["carried"][-1], rel=1e-6)
    widget.specimen = 0
    assert "nn.BatchNorm2d" not in widget.faults
    assert widget.fault == "nothing"


def test_a_summed_loss_is_a_larger_rate():
    learner = microscope().specimens[1].learner
    learner.head_rate = 0.2
    tasks = microscope().specimens[1].tasks.sample(2, generator(0))
    summed = broken(learner, tasks, "summed loss")
    assert (summed.rate, summed.head_rate) == pytest.approx((5 * 0.1, 5 * 0.2))
    assert learner.rate == 0.1


def test_a_diverged_inner_loop_stays_finite():
    widget = microscope()
    widget.steps, widget.speed, widget.fault = 3, 3, "summed loss"
    numbers = [value for one in widget.reading.values() for value in (*one["carried"], *one["found"], one["error"])]
    assert torch.isfinite(torch.tensor(numbers)).all()


def test_what_is_not_there_is_refused():
    widget = microscope()
    for control, nonsense in {"specimen": 2, "layer": "layer 9", "fault": "gremlins"}.items():
        with pytest.raises(TraitError):
            setattr(widget, control, nonsense)
