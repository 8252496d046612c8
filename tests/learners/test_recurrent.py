"""The recurrent learner: the contract, and the same memory as PyTorch's LSTM."""

import pytest
import torch

from metakit.core import MetaKitError, cross_entropy
from metakit.learners.model_based.recurrent import RecurrentLearner
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import Sinusoids
from tests.conformance import check_learner


def learner(**settings):
    torch.manual_seed(0)
    return RecurrentLearner(1, 1, 12, **settings)


def test_on_sinusoids():
    check_learner(learner(), Sinusoids(5, 2), ordered=True, relabels=False, rate=1e-2)


def test_on_images(episodes):
    torch.manual_seed(0)
    check_learner(RecurrentLearner(784, 5, 16, loss=cross_entropy), episodes, ordered=True, relabels=False, rate=1e-2)


def test_it_is_an_lstm():
    mine, theirs = learner(layers=2).double(), torch.nn.LSTM(12, 12, 2).double()
    order = torch.cat([torch.arange(24), torch.arange(36, 48), torch.arange(24, 36)])  # theirs: i, f, g, o
    with torch.no_grad():
        for number, layer in enumerate(mine.layers):
            weight, bias = layer.gates.weight[order], layer.gates.bias[order]
            getattr(theirs, f"weight_ih_l{number}").copy_(weight[:, :12])
            getattr(theirs, f"weight_hh_l{number}").copy_(weight[:, 12:])
            getattr(theirs, f"bias_ih_l{number}").copy_(bias)
            getattr(theirs, f"bias_hh_l{number}").zero_()
    x, y = torch.randn(2, 6, 1, generator=generator(0), dtype=torch.float64)
    h, _ = theirs(torch.cat([mine.embed(torch.cat([x, y], -1)), mine.embed(torch.tensor([[0.3, 0.0]]).double())]))
    torch.testing.assert_close(mine.predict(mine.adapt(x, y), torch.tensor([[0.3]]).double()), mine.output(h[-1:]))


def test_too_many_ways_are_told(episodes):
    with pytest.raises(MetaKitError, match="2 classes apart at most"):
        RecurrentLearner(784, 2, loss=cross_entropy).solve(episodes.sample(1, generator(0)))
