"""The in-context transformer in the widget that shows where a learner looks."""

import pytest
import torch

from metakit.core import cross_entropy
from metakit.learners.model_based.in_context import InContextLearner
from metakit.nets.transformer import Transformer
from metakit.widgets.support_attention import SupportAttention
from tests.widgets.images import drawings


def test_it_shows_a_layer_each_and_looks_at_what_was_read():
    torch.manual_seed(0)
    learner = InContextLearner(784, 8, Transformer(16, 2, 2), loss=cross_entropy)
    widget = SupportAttention(drawings(), {"transformer": learner}, ways=4, shots=2)
    assert [len(layer) for layer in widget.view["layers"]] == [8, 8]
    widget.step = 3
    assert [len(layer) for layer in widget.view["layers"]] == [3, 3]
    assert all(0 < sum(layer) < 1.01 for layer in widget.view["layers"])
    assert sum(widget.view["chances"]) == pytest.approx(1, abs=0.02)
