"""Every published set-up as one dataclass: learner, tasks, schedule, protocols, and the paper's numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from torch import nn

from metakit.core import MetaKitError, MetaLearner, mean_squared_error
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.model_based.neural_process import ConditionalNeuralProcess
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.reptile import Reptile
from metakit.nets.encoders import Centred, Conv4, mlp
from metakit.tasks.augment import Affine, Augmented
from metakit.tasks.base import Mixture, Protocol, Tasks
from metakit.tasks.by_name import Data, tasks_for
from metakit.train import Schedule


@dataclass(frozen=True)
class Target:
    """A protocol to report, and the paper's number under it (None: the paper has none)."""

    protocol: Protocol
    published: float | None = None  # accuracy in percent, or mean squared error


@dataclass(frozen=True)
class Recipe:
    """One learner, trained one way. `validation` chooses the checkpoint; `targets` are what is reported."""

    name: str
    family: Literal["metric-based", "model-based", "optimization-based"]
    data: Data
    learner: Callable[[], MetaLearner]
    train: Protocol  # ways, shots and queries of the training tasks
    schedule: Schedule
    validation: Protocol
    targets: tuple[Target, ...]
    paper: str
    distort: Affine | None = None  # augmentation of training images
    mixture: tuple[Protocol, ...] = ()  # train on these by turns, at random, instead of on `train`
    warm_start: str | None = None  # a prototypical network whose encoder the body starts from
    validate_every: int = 500  # steps

    def training_tasks(self, device: str = "cpu") -> Tasks:
        """What meta-training draws from."""
        tasks = tuple(tasks_for(self.data, "train", protocol, device) for protocol in self.mixture or (self.train,))
        mixed: Tasks = tasks[0] if len(tasks) == 1 else Mixture(tasks)
        return mixed if self.distort is None else Augmented(mixed, self.distort)


def sinusoid_network(width: int = 40, activation: type[nn.Module] = nn.ReLU) -> tuple[nn.Module, nn.Linear]:
    """A 1-width-width-1 network as (body, head): MAML's by default."""
    *body, head = mlp(1, width, width, 1, activation=activation)
    assert isinstance(head, nn.Linear)  # noqa: S101 - for the type checker
    return nn.Sequential(*body), head


def _maml_sinusoid() -> MetaLearner:
    return MAML(*sinusoid_network(), steps=1, rate=0.01, loss=mean_squared_error)


def _reptile_sinusoid() -> MetaLearner:
    return Reptile(*sinusoid_network(64, nn.Tanh), steps=10, rate=0.02, loss=mean_squared_error)


def _prototypical() -> MetaLearner:
    return PrototypicalNetwork(Conv4(64, statistics="running", pool=True))


def _maml_5_ways() -> MetaLearner:
    return MAML(Conv4(64), nn.Linear(64, 5), steps=1, rate=2.0)


def _maml_any_ways() -> MetaLearner:
    """Its normalisation keeps the averages that the body came with: nothing depends on the other images."""
    body = Centred(Conv4(64, statistics="stored", pool=True))
    return MAML(body, nn.Linear(64, 1), steps=3, rate=0.003, head_rate=0.8, head_rows="shared")


def _episodes(ways: int, shots: int, split: str, train_ways: int | None, steps: int | None = None) -> Protocol:
    return Protocol(ways, shots, split=split, rotations=split == "random", train_ways=train_ways, steps=steps)


def _few_shot(split: str, train_ways: int, published: tuple[float | None, ...]) -> tuple[Target, ...]:
    grid = ((5, 1), (5, 5), (20, 1), (20, 5))
    return tuple(Target(_episodes(n, k, split, train_ways), p) for (n, k), p in zip(grid, published, strict=True))


def _maml_targets(ways: int, shots: int, split: str, published: float | None) -> tuple[Target, ...]:
    protocol = _episodes(ways, shots, split, 5, steps=3)
    return Target(replace(protocol, norm="transductive"), published), Target(protocol)


def _sinusoid(shots: int, steps: int | None, published: float | None = None) -> Target:
    return Target(Protocol(shots=shots, queries=100, episodes=5000, steps=steps), published)


SNELL = "Snell et al. 2017, arXiv:1703.05175"
FINN = "Finn et al. 2017, arXiv:1703.03400"
NICHOL = "Nichol et al. 2018, arXiv:1803.02999"
GARNELO = "Garnelo et al. 2018, arXiv:1807.01613"
UNPUBLISHED = (None, None, None, None)
SINE_STEPS = tuple(_sinusoid(k, steps) for k in (10, 5) for steps in (1, 10, 5, 0))  # the headline first

_ALL = (
    Recipe(
        "prototypical-omniglot", "metric-based", "omniglot", _prototypical,
        train=Protocol(60, 1, 5, rotations=True),
        schedule=Schedule(3500, 1, 3e-3, warmup=50),
        validation=Protocol(20, 1, 15, 200, rotations=True),
        targets=_few_shot("random", 60, (98.8, 99.7, 96.0, 98.9)), paper=SNELL,
        distort=Affine(8, 0.1, 0.1, 0.06),
    ),
    Recipe(
        "prototypical-omniglot-background", "metric-based", "omniglot-background", _prototypical,
        train=Protocol(60, 1, 5, rotations=True),
        schedule=Schedule(4500, 1, 3e-3, warmup=50),
        validation=Protocol(20, 1, 15, 200),
        targets=_few_shot("background", 60, UNPUBLISHED) + _few_shot("glyphs", 60, UNPUBLISHED)[::2],
        paper=SNELL, distort=Affine(),
    ),
    Recipe(
        "prototypical-glyphs", "metric-based", "glyphs", _prototypical,
        train=Protocol(60, 1, 5, rotations=True),
        schedule=Schedule(2000, 1, 3e-3, warmup=50),
        validation=Protocol(20, 1, 15, 50),
        targets=_few_shot("glyphs", 60, UNPUBLISHED) + _few_shot("background", 60, UNPUBLISHED)[::2],
        paper=SNELL, distort=Affine(), validate_every=200,
    ),
    Recipe(
        "maml-omniglot-5w1s", "optimization-based", "omniglot", _maml_5_ways,
        train=Protocol(5, 1, 4, rotations=True, norm="transductive", steps=1),
        schedule=Schedule(20_000, 8, 3e-3, warmup=50, clip=10.0),
        validation=Protocol(5, 1, 15, 300, rotations=True, norm="transductive", steps=3),
        targets=_maml_targets(5, 1, "random", 98.7), paper=FINN,
    ),
    Recipe(
        "maml-omniglot", "optimization-based", "omniglot-background", _maml_any_ways,
        train=Protocol(5, 1, 3, rotations=True, steps=3),
        schedule=Schedule(200, 8, 1e-5, warmup=20, clip=10.0),
        mixture=tuple(Protocol(n, 1, 2, rotations=True) for n in (2, 3, 5, 8, 12)),
        validation=Protocol(5, 1, 15, 200, steps=5),
        targets=tuple(
            Target(_episodes(n, k, "background", None, steps=5)) for n, k in ((5, 1), (5, 5), (20, 1))
        ),
        paper=FINN, distort=Affine(), warm_start="prototypical-omniglot-background", validate_every=50,
    ),
    Recipe(
        "maml-sinusoid", "optimization-based", "sinusoids", _maml_sinusoid,
        train=Protocol(shots=10, queries=10, steps=1), schedule=Schedule(20_000, 100, 3e-3),
        mixture=(Protocol(shots=5, queries=10), Protocol(shots=10, queries=10), Protocol(shots=10, queries=10)),
        validation=Protocol(shots=10, queries=100, episodes=1000, steps=1),
        targets=SINE_STEPS, paper=FINN,
    ),
    Recipe(
        "reptile-sinusoid", "optimization-based", "sinusoids", _reptile_sinusoid,
        train=Protocol(shots=10, queries=10, steps=10), schedule=Schedule(6000, 20, 1.0, "sgd", decay="linear"),
        validation=Protocol(shots=10, queries=100, episodes=1000, steps=10),
        targets=SINE_STEPS, paper=NICHOL,
    ),
    Recipe(
        "neural-process-sinusoid", "model-based", "sinusoids", ConditionalNeuralProcess,
        train=Protocol(shots=10, queries=10), schedule=Schedule(5000, 32, 2e-3, warmup=100, clip=10.0),
        validation=Protocol(shots=10, queries=100, episodes=1000),
        targets=(_sinusoid(10, None), _sinusoid(5, None)), paper=GARNELO,
    ),
)  # fmt: skip

RECIPES = {recipe.name: recipe for recipe in _ALL}


def recipe(name: str) -> Recipe:
    """The recipe of this name. Raises MetaKitError with the names there are."""
    if name not in RECIPES:
        raise MetaKitError(f"There is no recipe {name!r}: choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]
