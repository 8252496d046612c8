"""Learners of all families on sinusoid regression."""

from torch import nn

from metakit.core import MetaLearner, mean_squared_error
from metakit.learners.model_based.neural_process import ConditionalNeuralProcess
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.reptile import Reptile
from metakit.nets.encoders import mlp
from metakit.recipes.base import Recipe, sinusoid
from metakit.tasks.base import Protocol
from metakit.train import Schedule

FINN = "Finn et al. 2017, arXiv:1703.03400"
NICHOL = "Nichol et al. 2018, arXiv:1803.02999"
GARNELO = "Garnelo et al. 2018, arXiv:1807.01613"
SINE_STEPS = tuple(sinusoid(k, steps) for k in (10, 5) for steps in (1, 10, 5, 0))  # the headline first


def sinusoid_network(width: int = 40, activation: type[nn.Module] = nn.ReLU) -> tuple[nn.Module, nn.Linear]:
    """A 1-width-width-1 network as (body, head): MAML's by default."""
    *body, head = mlp(1, width, width, 1, activation=activation)
    assert isinstance(head, nn.Linear)  # noqa: S101 - for the type checker
    return nn.Sequential(*body), head


def _maml() -> MetaLearner:
    return MAML(*sinusoid_network(), steps=1, rate=0.01, loss=mean_squared_error)


def _reptile() -> MetaLearner:
    return Reptile(*sinusoid_network(64, nn.Tanh), steps=10, rate=0.02, loss=mean_squared_error)


SINUSOIDS = (
    Recipe(
        "maml-sinusoid", "optimization-based", "sinusoids", _maml,
        train=Protocol(shots=10, queries=10, steps=1), schedule=Schedule(20_000, 100, 3e-3),
        mixture=(Protocol(shots=5, queries=10), Protocol(shots=10, queries=10), Protocol(shots=10, queries=10)),
        validation=Protocol(shots=10, queries=100, episodes=1000, steps=1),
        targets=SINE_STEPS, paper=FINN,
    ),
    Recipe(
        "reptile-sinusoid", "optimization-based", "sinusoids", _reptile,
        train=Protocol(shots=10, queries=10, steps=10), schedule=Schedule(6000, 20, 1.0, "sgd", decay="linear"),
        validation=Protocol(shots=10, queries=100, episodes=1000, steps=10),
        targets=SINE_STEPS, paper=NICHOL,
    ),
    Recipe(
        "neural-process-sinusoid", "model-based", "sinusoids", ConditionalNeuralProcess,
        train=Protocol(shots=10, queries=10), schedule=Schedule(5000, 32, 2e-3, warmup=100, clip=10.0),
        validation=Protocol(shots=10, queries=100, episodes=1000),
        targets=(sinusoid(10, None), sinusoid(5, None)), paper=GARNELO,
    ),
)  # fmt: skip
