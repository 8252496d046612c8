"""Pictures of errors: what is drawn, not how it looks."""

import pytest
import torch

from metakit.evaluate import score
from metakit.plots.errors import along, while_adapting

SCORES = [score(torch.tensor([1.0, 3.0])), score(torch.tensor([0.5, 0.7]))]


def test_whiskers_are_the_intervals():
    axes = along([1, 64], {"a": SCORES, "b": SCORES}, "layers", "error", powers=True).axes[0]
    assert axes.containers[0].lines[0].get_ydata().tolist() == pytest.approx([2.0, 0.6])
    low, high = axes.containers[0].lines[2][0].get_segments()[1][:, 1]
    assert (low, high) == pytest.approx((0.6 - SCORES[1].ci95, 0.6 + SCORES[1].ci95))
    assert axes.get_xscale() == "log"
    lines = [drawn.lines[0] for drawn in axes.containers]
    assert len({(line.get_linestyle(), line.get_marker()) for line in lines}) == 2


def test_an_interval_that_reaches_below_zero_stays_on_the_logarithmic_axis():
    wide = score(torch.tensor([0.0, 0.1, 4.0]))
    axes = along([1, 2], {"a": [wide, wide]}, "layers", "error").axes[0]
    assert wide.ci95 > wide.mean
    assert axes.containers[0].lines[2][0].get_segments()[0][0, 1] > 0


def test_what_is_below_the_floor_is_drawn_on_it():
    nothing = score(torch.zeros(3))
    axes = along([1, 2], {"a": [nothing, SCORES[0]]}, "tasks", "distance", floor=0.01).axes[0]
    assert axes.containers[0].lines[0].get_ydata().tolist() == pytest.approx([0.01, 2.0])


def test_many_powers_of_ten_are_written_as_numbers_and_have_a_tick_each():
    tiny = score(torch.tensor([1e-6, 1e-6]))
    axes = along([1, 2], {"a": [SCORES[0], tiny]}, "examples", "error").axes[0]
    axes.figure.canvas.draw()
    low, high = axes.get_ylim()
    ticks = [
        label.get_text()
        for label, place in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)
        if low <= place <= high
    ]
    assert ticks == ["0.000001", "0.00001", "0.0001", "0.001", "0.01", "0.1", "1"]


def test_the_mean_is_drawn_with_one_task_beside_it_and_strokes_go_on_from_panel_to_panel():
    errors = torch.tensor([[1.0, 0.5], [3.0, 1.5]])
    left, right = while_adapting({"steps": {"a": errors}, "examples": {"b": errors}}, 1, {"zero": 4.0}).axes
    assert left.lines[0].get_ydata().tolist() == [2.0, 1.0]
    assert left.lines[1].get_ydata().tolist() == [3.0, 1.5]
    assert left.lines[0].get_marker() != right.lines[0].get_marker()
    assert (left.get_xlabel(), right.get_xlabel()) == ("steps", "examples")
