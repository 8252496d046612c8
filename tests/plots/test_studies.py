"""Pictures of studies."""

import pytest
import torch

from metakit.plots.studies import along, sequence_sheet
from metakit.studies.curves import Curves, Point


def run(tasks, end):
    curves = {"seen": (Point(0, 0.2, 0.01), Point(9, 0.9, 0.01)), "new": (Point(0, 0.2, 0.01), Point(9, end, 0.02))}
    return Curves("s", f"t{tasks}", {"tasks": tasks}, curves, {"seen": 0.2, "new": 0.2}, "accuracy", 9, 9, {}, 1, "",
                  0, 1.0, "", "")  # fmt: skip


def test_along_draws_where_every_probe_ends():
    axes = along([run(1, 0.2), run(64, 0.5), run(4096, 0.8)], "tasks", "training tasks").axes[0]
    seen, new = (bars.lines[0] for bars in axes.containers)
    assert list(new.get_xdata()) == [1, 64, 4096]
    assert list(new.get_ydata()) == [0.2, 0.5, 0.8]
    assert list(seen.get_ydata()) == [0.9] * 3
    assert axes.get_xscale() == "log"


def test_a_sheet_names_every_image_and_asks_for_the_last():
    labels = torch.tensor([[4, 4, 7, 4], [1, 2, 3, 5]])
    figure = sequence_sheet(torch.rand(2, 4, 1, 28, 28), labels, ["bursty", "not"])
    words = [axes.get_xlabel() for axes in figure.axes]
    assert words == ["4", "4", "7", "? (4)", "1", "2", "3", "? (5)"]
    assert figure.axes[0].texts[0].get_text() == "bursty"
    assert figure.axes[0].spines["left"].get_visible()
    assert not figure.axes[2].spines["left"].get_visible()


def test_both_can_be_drawn():
    assert along([run(1, 0.2), run(64, 0.5)], "tasks", "x")._repr_png_()[0][:4] == b"\x89PNG"
    with pytest.raises(KeyError):
        along([run(1, 0.2)], "classes", "x")
