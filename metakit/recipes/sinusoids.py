"""Learners of all families on sinusoid regression."""

from collections.abc import Callable

from torch import nn

from metakit.core import MetaLearner, mean_squared_error
from metakit.learners.model_based.attentive_neural_process import AttentiveNeuralProcess
from metakit.learners.model_based.neural_process import ConditionalNeuralProcess
from metakit.learners.optimization_based.lstm_meta_learner import LSTMMetaLearner
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.meta_sgd import MetaSGD
from metakit.learners.optimization_based.reptile import Reptile
from metakit.learners.optimization_based.t_net import TNet
from metakit.nets.encoders import mlp
from metakit.recipes.base import Recipe, Target, sinusoid
from metakit.tasks.base import Protocol
from metakit.train import Schedule

FINN = "Finn et al. 2017, arXiv:1703.03400"
NICHOL = "Nichol et al. 2018, arXiv:1803.02999"
RAGHU = "Raghu et al. 2020, arXiv:1909.09157"
LI = "Li et al. 2017, arXiv:1707.09835"
LEE = "Lee & Choi 2018, arXiv:1801.05558"
RAVI = "Ravi & Larochelle 2017, openreview.net rJY0-Kcll"
KIM = "Kim et al. 2019, arXiv:1901.05761"
GARNELO = "Garnelo et al. 2018, arXiv:1807.01613"
SINE_STEPS = tuple(sinusoid(k, steps) for k in (10, 5) for steps in (1, 10, 5, 0))  # the headline first


def sine_one_step(ten_shots: float | None = None, five_shots: float | None = None) -> tuple[Target, ...]:
    """For Meta-SGD, whose rates were learned for ONE step: after five, errors overflow. With the paper's numbers."""
    return sinusoid(10, 1, ten_shots), sinusoid(5, 1, five_shots), sinusoid(10, 0), sinusoid(5, 0)


def sinusoid_network(width: int = 40, activation: type[nn.Module] = nn.ReLU) -> tuple[nn.Module, nn.Linear]:
    """A 1-width-width-1 network as (body, head): MAML's by default."""
    *body, head = mlp(1, width, width, 1, activation=activation)
    assert isinstance(head, nn.Linear)  # noqa: S101 - for the type checker
    return nn.Sequential(*body), head


def _maml() -> MetaLearner:
    return MAML(*sinusoid_network(), steps=1, rate=0.01, loss=mean_squared_error)


def _reptile() -> MetaLearner:
    return Reptile(*sinusoid_network(64, nn.Tanh), steps=10, rate=0.02, loss=mean_squared_error)


def _first_order() -> MetaLearner:
    return MAML(*sinusoid_network(), steps=1, rate=0.01, order=1, loss=mean_squared_error)


def _anil() -> MetaLearner:
    return MAML(*sinusoid_network(), steps=5, rate=0.01, adapts="head", loss=mean_squared_error)


def _meta_sgd() -> MetaLearner:
    return MetaSGD(*sinusoid_network(), steps=1, rate=0.01, loss=mean_squared_error)


def _mt_net() -> MetaLearner:
    return TNet(*sinusoid_network(), steps=1, rate=0.01, masked=True, loss=mean_squared_error)


def _lstm() -> MetaLearner:
    return LSTMMetaLearner(*sinusoid_network(), steps=5, rate=0.02, loss=mean_squared_error)


def _gradient_learner(
    name: str,
    learner: Callable[[], MetaLearner],
    paper: str,
    targets: tuple[Target, ...],
    *,
    steps: int = 1,
    schedule: Schedule = Schedule(8000, 50, 3e-3, warmup=50, clip=10.0),  # noqa: B008 - frozen
) -> Recipe:
    """5 and 10 shots by turns; `steps` inner steps in training."""
    return Recipe(
        f"{name}-sinusoid", "optimization-based", "sinusoids", learner,
        train=Protocol(shots=10, queries=10, steps=steps), schedule=schedule,
        mixture=(Protocol(shots=5, queries=10), Protocol(shots=10, queries=10)),
        validation=Protocol(shots=10, queries=100, episodes=500, steps=steps),
        targets=targets, paper=paper, validate_every=schedule.steps // 10,
    )  # fmt: skip


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
    _gradient_learner("fomaml", _first_order, FINN, SINE_STEPS),
    _gradient_learner("anil", _anil, RAGHU, SINE_STEPS, steps=5),
    _gradient_learner("meta-sgd", _meta_sgd, LI, sine_one_step(0.53, 0.90)),
    _gradient_learner("mt-net", _mt_net, LEE, SINE_STEPS),
    _gradient_learner(
        "lstm-meta-learner", _lstm, RAVI, SINE_STEPS, steps=5, schedule=Schedule(2000, 10, 3e-3, warmup=50, clip=0.25)
    ),
    Recipe(
        "neural-process-sinusoid", "model-based", "sinusoids", ConditionalNeuralProcess,
        train=Protocol(shots=10, queries=10), schedule=Schedule(5000, 32, 2e-3, warmup=100, clip=10.0),
        validation=Protocol(shots=10, queries=100, episodes=1000),
        targets=(sinusoid(10, None), sinusoid(5, None)), paper=GARNELO,
    ),
    Recipe(
        "attentive-neural-process-sinusoid", "model-based", "sinusoids", AttentiveNeuralProcess,
        train=Protocol(shots=10, queries=10), schedule=Schedule(7000, 32, 2e-3, warmup=100, clip=10.0),
        validation=Protocol(shots=10, queries=100, episodes=1000),
        targets=(sinusoid(10, None), sinusoid(5, None)), paper=KIM,
    ),
)  # fmt: skip
