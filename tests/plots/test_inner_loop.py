"""Pictures of the inner loop: what is drawn, not how it looks."""

import pytest
import torch

from metakit.plots.inner_loop import Border, cost_by_steps, margins

SIDES = torch.tensor([True, True, False])


def border(distance) -> Border:
    return Border(torch.tensor(distance), torch.tensor([0.0, 1.0, 2.0]), SIDES, torch.tensor([True, False, True]))


def test_the_margin_is_the_nearest_example_on_its_own_side():
    assert border([2.0, 0.5, -1.0]).margin == pytest.approx(0.5)
    assert border([2.0, -0.5, -1.0]).margin == pytest.approx(-0.5)


def test_distances_are_those_of_feature_space():
    """A border x = 0 in the plane of the first two of 64 coordinates; the third of them is where points spread."""
    features = torch.zeros(4, 64)
    features[:, 0], features[:, 2] = torch.tensor([3.0, 1.0, -2.0, -4.0]), torch.tensor([9.0, -9.0, 8.0, -8.0])
    classifier = torch.zeros(2, 64)
    classifier[0, 0], classifier[1, 0] = 5.0, -5.0
    found = Border.seen(classifier, features, torch.tensor([0, 0, 1, 1]), torch.ones(4, dtype=torch.bool))
    assert found.distance.tolist() == [3.0, 1.0, -2.0, -4.0]
    assert torch.allclose(found.aside.abs(), torch.tensor([9.0, 9.0, 8.0, 8.0]))
    assert found.margin == 1.0


def test_examples_that_hold_the_border_are_ringed():
    axes = margins({"svm": border([2.0, 0.5, -1.0])}).axes[0]
    rings = axes.lines[-1]
    assert rings.get_label() == "holds it"
    assert rings.get_xdata().tolist() == [2.0, -1.0]
    assert axes.get_title(loc="left") == "svm: margin 0.50"


def test_a_panel_for_every_quantity():
    figure = cost_by_steps(
        (1, 5), {"ms": {"first": [1, 2], "second": [2, 9]}, "MB": {"first": [1, 1], "second": [1, 5]}}
    )
    assert [axes.get_ylabel() for axes in figure.axes] == ["ms", "MB"]
    assert [line.get_ydata().tolist() for line in figure.axes[1].lines] == [[1, 1], [1, 5]]
