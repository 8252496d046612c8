"""Every learner keeps the contract; the checks find learners that do not."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from metakit.core import EpisodicLearner, Step, mean_squared_error
from metakit.learners.metric_based.prototypical import PrototypicalNetwork, class_means
from metakit.learners.model_based.neural_process import ConditionalNeuralProcess
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.reptile import Reptile
from metakit.nets.encoders import Centred, Conv4, mlp
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import Sinusoids
from tests import conformance
from tests.conformance import check_learner

SINUSOIDS = Sinusoids(shots=5, queries=5)


def sine_net() -> tuple[nn.Module, nn.Linear]:
    layers = mlp(1, 20, 20, 1, activation=nn.Tanh)
    return layers[:-1], layers[-1]


@pytest.mark.parametrize("settings", [{}, {"steps": 3}, {"order": 1}, {"adapts": "head"}], ids=str)
def test_maml_on_sinusoids(settings):
    check_learner(MAML(*sine_net(), loss=mean_squared_error, **settings), SINUSOIDS, relabels=False)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_reptile_on_sinusoids(optimizer):
    learner = Reptile(*sine_net(), steps=3, optimizer=optimizer, loss=mean_squared_error)
    check_learner(learner, SINUSOIDS, relabels=False, ordered=False, rate=1e-2)


def test_neural_process():
    check_learner(ConditionalNeuralProcess(width=32), SINUSOIDS, relabels=False)


def test_prototypical_network(episodes):
    check_learner(PrototypicalNetwork(Conv4(4, "running", pool=True)), episodes)


@pytest.mark.parametrize("norm", ["transductive", "inductive"])
@pytest.mark.parametrize("head", ["fixed", "shared"])
def test_maml_on_images(episodes, head, norm):
    learner = MAML(Conv4(4), nn.Linear(4, 3 if head == "fixed" else 1), steps=2, rate=0.5, head_rows=head)
    learner.use_norm(norm)
    check_learner(learner, episodes, relabels=head == "shared", rate=1e-2, steps=20)


def test_maml_with_stored_statistics_and_pooling(episodes):
    learner = MAML(
        Centred(Conv4(4, "stored", pool=True)), nn.Linear(4, 1), steps=2, rate=0.01, head_rate=0.1, head_rows="shared"
    )
    check_learner(learner, episodes, steps=15)


def test_reptile_on_images(episodes):
    learner = Reptile(Conv4(4), nn.Linear(4, 1), steps=2, rate=0.1, head_rows="shared")
    check_learner(learner, episodes, rate=1e-2, steps=15)


class Flawed(EpisodicLearner):
    """A prototypical network with one thing wrong."""

    def __init__(self, flaw: str) -> None:
        super().__init__()
        self.flaw, self.encoder, self.kept = flaw, nn.Sequential(nn.Flatten(), nn.Linear(784, 8)), []

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        points = self.encoder(x)
        if self.flaw == "order":
            points = points * torch.arange(1.0, len(x) + 1)[:, None]
        yield Step(class_means(points, y))

    def predict(self, state: Tensor, x: Tensor) -> Tensor:
        logits = -torch.cdist(self.encoder(x), state)
        return logits + torch.arange(float(len(state))) if self.flaw == "labels" else logits


@pytest.mark.parametrize(("flaw", "sentence"), [("order", "shuffling"), ("labels", "renaming")])
def test_the_checks_find_flaws(episodes, flaw, sentence):
    with pytest.raises(AssertionError, match=sentence):
        check_learner(Flawed(flaw), episodes)


def test_torch_batch_norm_is_caught(episodes):
    """The trap: nn.BatchNorm2d with affine weights has wrong second-order gradients under vmap."""
    body = nn.Sequential(nn.Conv2d(1, 4, 3, 2), nn.BatchNorm2d(4, track_running_stats=False), nn.ReLU(), nn.Flatten())
    learner = MAML(body, nn.Linear(4 * 13 * 13, 3), steps=1, rate=0.5)
    with pytest.raises(AssertionError, match="vmap against a loop"):
        conformance.check_vmap_equals_loop(learner.double(), conformance.as_double(episodes.sample(3, generator(1))))


def test_a_fixed_head_refuses_another_n(episodes):
    learner = MAML(Conv4(4), nn.Linear(4, 5))
    with pytest.raises(Exception, match="fixed at 5 ways"):
        learner.solve(episodes.sample(1, generator(0)))
