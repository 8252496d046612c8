"""MAML, its descendants and Reptile on Omniglot, from the same start: what differs is how each one adapts.

All have the max-pooling four-block encoder and begin at the trained one of `prototypical-omniglot-pairs`, its features
centred and of one length, with a head of zeros; then they are meta-trained for some tens or hundreds of steps, each in
its own way. The papers train from scratch for tens of thousands of steps, which takes hours without a GPU;
`maml-omniglot-5w1s`, `reptile-omniglot-5w` and `reptile-omniglot-20w` do so.

The encoder does most of the work: on 600 validation tasks one inner step of Meta-SGD has 99.58 % at 5 ways before the
first outer step. What the rows show is the inner loop on good features, not what meta-training from nothing gives.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

from torch import nn

from metakit.core import MetaLearner
from metakit.learners.optimization_based.lstm_meta_learner import LSTMMetaLearner
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.maml_plus_plus import MAMLPlusPlus
from metakit.learners.optimization_based.meta_sgd import MetaSGD
from metakit.learners.optimization_based.reptile import Reptile
from metakit.learners.optimization_based.t_net import TNet
from metakit.nets.encoders import Centred, Conv4
from metakit.recipes.base import Recipe, Target, episodes, norms_and_shots
from metakit.tasks.augment import Affine
from metakit.tasks.base import Protocol
from metakit.train import Schedule

FINN = "Finn et al. 2017, arXiv:1703.03400"
NICHOL = "Nichol et al. 2018, arXiv:1803.02999; they measured it beside Reptile"
REPTILE = "Nichol et al. 2018, arXiv:1803.02999"
RAGHU = "Raghu et al. 2020, arXiv:1909.09157; the 5-way number is an independent rerun's"
LI = "Li et al. 2017, arXiv:1707.09835; with one inner step"
ANTONIOU = "Antoniou et al. 2019, arXiv:1810.09502; the number is an ensemble of three's"
RAVI = "Ravi & Larochelle 2017, openreview.net rJY0-Kcll; no Omniglot number published"
LEE = "Lee & Choi 2018, arXiv:1801.05558; the number is recalled, not read"

Learner = Callable[[], MetaLearner]


def _network(ways: int) -> tuple[nn.Module, nn.Linear]:
    """The head begins at zero: a random one would send its noise into the body with the first inner step."""
    head = nn.Linear(64, ways)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return Centred(Conv4(64, statistics="batch", pool=True), length=8.0), head


def _maml(ways: int, steps: int, head_rate: float, order: Literal[1, 2] = 2) -> MetaLearner:
    return MAML(*_network(ways), steps=steps, rate=0.1, head_rate=head_rate, order=order)


def _anil(ways: int, steps: int, rate: float) -> MetaLearner:
    return MAML(*_network(ways), steps=steps, rate=rate, adapts="head")


def _meta_sgd(ways: int, steps: int, head_rate: float) -> MetaLearner:
    return MetaSGD(*_network(ways), steps=steps, rate=0.1, head_rate=head_rate)


def _maml_plus_plus(ways: int, steps: int, head_rate: float) -> MetaLearner:
    return MAMLPlusPlus(*_network(ways), steps=steps, rate=0.1, head_rate=head_rate, annealed=0.5)


def _mt_net(ways: int, steps: int, head_rate: float) -> MetaLearner:
    return TNet(*_network(ways), steps=steps, rate=0.1, head_rate=head_rate, masked=True)


def _lstm(ways: int, steps: int) -> MetaLearner:
    return LSTMMetaLearner(*_network(ways), steps=steps, rate=0.9, hidden=10)


def _reptile(ways: int, steps: int) -> MetaLearner:
    return Reptile(*_network(ways), steps=steps, rate=0.02, batch=max(10, ways))


def _recipe(
    name: str, ways: int, learner: Learner, paper: str, targets: tuple[Target, ...], steps: int, schedule: Schedule
) -> Recipe:
    """`steps` inner steps in training."""
    tasks = Protocol(ways, 1, 3, rotations=True, norm="transductive", steps=steps)
    return Recipe(
        f"{name}-omniglot-{ways}w1s", "optimization-based", "omniglot", learner, train=tasks,
        schedule=schedule, validation=replace(tasks, queries=15, episodes=1000 // ways), targets=targets, paper=paper,
        distort=Affine(8, 0.1, 0.1, 0.06), warm_start="prototypical-omniglot-pairs",
        validate_every=max(20, schedule.steps // 3),
    )  # fmt: skip


def _five_way(
    name: str, learner: Learner, paper: str, published: float | None, steps: int = 1, tested: int = 0
) -> Recipe:
    """`tested`: inner steps in testing, where more than in training serve validation classes better, as Finn's 3."""
    targets = norms_and_shots(5, tested or steps, published)
    return _recipe(name, 5, learner, paper, targets, steps, Schedule(300, 8, 1e-4, warmup=20, clip=10.0))


def _twenty_way(name: str, learner: Learner, paper: str, published: float) -> Recipe:
    """Few updates: the start is good already. Inductive, 300 queries would take 300 passes."""
    one, five = (replace(episodes(20, shots, "random", 20, steps=5), norm="transductive") for shots in (1, 5))
    outer = Schedule(20, 4, 1e-4, warmup=1, clip=10.0)
    return _recipe(name, 20, learner, paper, (Target(one, published), Target(five)), 5, outer)


def _reptile_recipe(ways: int, steps: int, transductive: float, inductive: float) -> Recipe:
    """Nichol's protocol: ten shots and mini-batches in training, 50 inner steps in testing."""
    tasks = Protocol(ways, 10, 0, rotations=True, norm="transductive", steps=steps)
    return Recipe(
        f"reptile-pooled-omniglot-{ways}w", "optimization-based", "omniglot", partial(_reptile, ways, steps),
        train=tasks, schedule=Schedule(60, 5, 0.1, "sgd", decay="linear"),
        validation=replace(tasks, shots=1, queries=15, episodes=600 // ways, steps=50),
        targets=norms_and_shots(ways, 50, transductive, inductive), paper=REPTILE,
        warm_start="prototypical-omniglot-pairs", validate_every=20,
    )  # fmt: skip


MAML_FAMILY = (
    _five_way("maml-pooled", partial(_maml, 5, 1, 2.0), FINN, 98.7, tested=3),
    _five_way("fomaml", partial(_maml, 5, 1, 2.0, order=1), NICHOL, 98.3, tested=3),
    _five_way("anil", partial(_anil, 5, 3, 1.0), RAGHU, 96.06, steps=3),
    _five_way("meta-sgd", partial(_meta_sgd, 5, 1, 2.0), LI, 99.53),
    _five_way("maml-plus-plus", partial(_maml_plus_plus, 5, 3, 1.0), ANTONIOU, 99.47, steps=3),
    _five_way("mt-net", partial(_mt_net, 5, 1, 2.0), LEE, 99.5, tested=3),
    _five_way("lstm-meta-learner", partial(_lstm, 5, 3), RAVI, None, steps=3),
    _twenty_way("maml-pooled", partial(_maml, 20, 5, 1.0), FINN, 95.8),
    _twenty_way("fomaml", partial(_maml, 20, 5, 1.0, order=1), NICHOL, 89.4),
    _twenty_way("anil", partial(_anil, 20, 5, 1.0), RAGHU, 96.2),
    _twenty_way("meta-sgd", partial(_meta_sgd, 20, 5, 1.0), LI, 95.93),
    _twenty_way("maml-plus-plus", partial(_maml_plus_plus, 20, 5, 1.0), ANTONIOU, 97.65),
    _twenty_way("mt-net", partial(_mt_net, 20, 5, 1.0), LEE, 96.2),
    _reptile_recipe(5, 5, 97.68, 95.39),
    _reptile_recipe(20, 10, 89.43, 88.14),
)
