"""Pictures of one number for every weight: what is drawn, not how it looks."""

import pytest
import torch

from metakit.plots.layers import gate_against_gradient, spread_by_layer

RATES = {"layer 1": torch.tensor([-0.1, 0.0, 0.3]), "head": torch.linspace(0, 1, 501)}


def test_every_weight_is_drawn_beside_its_layer_and_the_bar_is_the_median():
    axes = spread_by_layer(RATES, "rate", ("one rate", 0.01)).axes[0]
    assert [len(line.get_xdata()) for line in axes.lines[:2]] == [3, 501]
    assert axes.lines[0].get_ydata().tolist() == pytest.approx([-0.1, 0.0, 0.3])
    assert max(abs(line.get_xdata() - number).max() for number, line in enumerate(axes.lines[:2])) <= 0.3
    assert [bar.get_segments()[0][0, 1] for bar in axes.collections] == pytest.approx([0.0, 0.5])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["layer 1\n3 weights", "head\n501 weights"]


def test_layers_differ_in_more_than_colour_and_zero_has_a_place():
    gradients = {"layer 1": torch.tensor([-1.0, 0.0, 1e-5]), "head": torch.ones(501)}
    axes = gate_against_gradient(gradients, RATES, "input gate").axes[0]
    assert len({line.get_marker() for line in axes.lines}) == 2
    assert torch.isfinite(torch.as_tensor(axes.transData.transform([(0.0, 0.0), (-1.0, 0.0)]))).all()
