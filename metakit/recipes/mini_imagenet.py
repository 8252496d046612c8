"""Conv-4 set-ups for mini-ImageNet, ready for whoever has the pictures: nothing here was trained by us.

`metakit data mini-imagenet --from FOLDER` brings the data, `metakit train NAME` trains; a GPU is wanted.
"""

from torch import nn

from metakit.core import MetaLearner
from metakit.learners.metric_based.matching import MatchingNetwork
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.recipes.base import Recipe, Target
from metakit.tasks.base import Protocol
from metakit.train import Schedule

SNELL = "Snell et al. 2017, arXiv:1703.05175, table 2"
VINYALS = "as quoted by Snell et al. 2017, arXiv:1703.05175, table 2"
FINN = "Finn et al. 2017, arXiv:1703.03400, table 1"
RAGHU = "Raghu et al. 2020, arXiv:1909.09157"
LONG = Schedule(40_000, 1, 1e-3)
META = Schedule(60_000, 4, 1e-3, decay="constant", clip=10.0)


def _encoder(width: int = 64, statistics: str = "running") -> Conv4:
    return Conv4(width, statistics, pool=True, channels=3, last=5)


def _prototypical() -> MetaLearner:
    return PrototypicalNetwork(_encoder())


def _matching() -> MetaLearner:
    return MatchingNetwork(_encoder())


def _maml() -> MetaLearner:
    return MAML(_encoder(32, "batch"), nn.Linear(800, 5), steps=5, rate=0.01)


def _first_order() -> MetaLearner:
    return MAML(_encoder(32, "batch"), nn.Linear(800, 5), steps=5, rate=0.01, order=1)


def _anil() -> MetaLearner:
    return MAML(_encoder(32, "batch"), nn.Linear(800, 5), steps=5, rate=0.01, adapts="head")


def _reported(shots: int, train_ways: int, published: float) -> tuple[Target, ...]:
    return (Target(Protocol(5, shots, split="mini-imagenet", train_ways=train_ways), published),)


def _adapted(shots: int, published: float) -> tuple[Target, ...]:
    protocol = Protocol(5, shots, split="mini-imagenet", norm="transductive", train_ways=5, steps=10)
    return (Target(protocol, published),)


def _train(shots: int) -> Protocol:
    return Protocol(5, shots, 15, norm="transductive", steps=5)


def _validation(shots: int) -> Protocol:
    return Protocol(5, shots, 15, 600, norm="transductive", steps=10)


MINI_IMAGENET = (
    Recipe(
        "prototypical-mini-imagenet-5w1s", "metric-based", "mini-imagenet", _prototypical,
        train=Protocol(30, 1, 15), schedule=LONG, validation=Protocol(5, 1, 15, 600),
        targets=_reported(1, 30, 49.42), paper=SNELL,
    ),
    Recipe(
        "prototypical-mini-imagenet-5w5s", "metric-based", "mini-imagenet", _prototypical,
        train=Protocol(20, 5, 15), schedule=LONG, validation=Protocol(5, 5, 15, 600),
        targets=_reported(5, 20, 68.20), paper=SNELL,
    ),
    Recipe(
        "matching-mini-imagenet-5w1s", "metric-based", "mini-imagenet", _matching,
        train=Protocol(20, 1, 15), schedule=LONG, validation=Protocol(5, 1, 15, 600),
        targets=(*_reported(1, 20, 43.56), *_reported(5, 20, 55.31)), paper=VINYALS,
    ),
    Recipe(
        "maml-mini-imagenet-5w1s", "optimization-based", "mini-imagenet", _maml,
        train=_train(1), schedule=META, validation=_validation(1), targets=_adapted(1, 48.70), paper=FINN,
    ),
    Recipe(
        "maml-mini-imagenet-5w5s", "optimization-based", "mini-imagenet", _maml,
        train=_train(5), schedule=META, validation=_validation(5), targets=_adapted(5, 63.11), paper=FINN,
    ),
    Recipe(
        "fomaml-mini-imagenet-5w1s", "optimization-based", "mini-imagenet", _first_order,
        train=_train(1), schedule=META, validation=_validation(1), targets=_adapted(1, 48.07), paper=FINN,
    ),
    Recipe(
        "anil-mini-imagenet-5w1s", "optimization-based", "mini-imagenet", _anil,
        train=_train(1), schedule=META, validation=_validation(1), targets=_adapted(1, 46.7), paper=RAGHU,
    ),
)  # fmt: skip
