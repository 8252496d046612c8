"""Optimization-based learners on Omniglot."""

from collections.abc import Callable
from functools import partial

from torch import nn

from metakit.core import MetaLearner
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.meta_opt_net import MetaOptNet
from metakit.learners.optimization_based.reptile import Reptile
from metakit.nets.encoders import Centred, Conv4
from metakit.recipes.base import Recipe, Target, episodes, few_shot, norms_and_shots
from metakit.tasks.augment import Affine
from metakit.tasks.base import Protocol
from metakit.train import Schedule

FINN = "Finn et al. 2017, arXiv:1703.03400"
NICHOL = "Nichol et al. 2018, arXiv:1803.02999"
LEE = "Lee et al. 2019, arXiv:1904.03758; no Omniglot number published"


def _maml_5_ways() -> MetaLearner:
    return MAML(Conv4(64), nn.Linear(64, 5), steps=1, rate=2.0)


def _maml_any_ways() -> MetaLearner:
    """Its normalisation keeps the averages that the body came with: nothing depends on the other images."""
    body = Centred(Conv4(64, statistics="stored", pool=True))
    return MAML(body, nn.Linear(64, 1), steps=3, rate=0.003, head_rate=0.8, head_rows="shared")


def _reptile(ways: int) -> MetaLearner:
    """With SGD: within a tenth of the authors' 100,000 outer steps it comes further than Adam (beta_1 = 0)."""
    steps, batch = (5, 10) if ways == 5 else (10, 20)  # noqa: PLR2004 - theirs at 5 and at 20 ways
    return Reptile(Conv4(64), nn.Linear(64, ways), steps=steps, rate=0.2, batch=batch)


def _ridge() -> MetaLearner:
    return MetaOptNet(Conv4(64, statistics="running", pool=True), head="ridge", strength=5.0, scale=20.0)


def _svm() -> MetaLearner:
    return MetaOptNet(Conv4(64, statistics="running", pool=True), head="svm", cost=1.0)


def _convex(name: str, learner: Callable[[], MetaLearner]) -> Recipe:
    """MetaOptNet starts from the encoder of a prototypical network, then both are trained."""
    return Recipe(
        name, "optimization-based", "omniglot", learner,
        train=Protocol(30, 1, 5, rotations=True), schedule=Schedule(1000, 1, 1e-3, warmup=20),
        mixture=(Protocol(30, 1, 5, rotations=True), Protocol(10, 5, 5, rotations=True)),
        validation=Protocol(20, 1, 15, 100, rotations=True),
        targets=few_shot("random", None), paper=LEE,
        distort=Affine(8, 0.1, 0.1, 0.06), warm_start="prototypical-omniglot", validate_every=250,
    )  # fmt: skip


OPTIMIZATION_BASED = (
    Recipe(
        "maml-omniglot-5w1s", "optimization-based", "omniglot", _maml_5_ways,
        train=Protocol(5, 1, 4, rotations=True, norm="transductive", steps=1),
        schedule=Schedule(20_000, 8, 3e-3, warmup=50, clip=10.0),
        validation=Protocol(5, 1, 15, 300, rotations=True, norm="transductive", steps=3),
        targets=norms_and_shots(5, 3, 98.7), paper=FINN, paper_trained="60,000 of 32 tasks",
    ),
    Recipe(
        "maml-omniglot", "optimization-based", "omniglot-background", _maml_any_ways,
        train=Protocol(5, 1, 3, rotations=True, steps=3),
        schedule=Schedule(200, 8, 1e-5, warmup=20, clip=10.0),
        mixture=tuple(Protocol(n, 1, 2, rotations=True) for n in (2, 3, 5, 8, 12)),
        validation=Protocol(5, 1, 15, 200, steps=5),
        targets=tuple(
            Target(episodes(n, k, "background", None, steps=5)) for n, k in ((5, 1), (5, 5), (20, 1))
        ),
        paper=FINN, distort=Affine(), warm_start="prototypical-omniglot-background", validate_every=50,
    ),
    Recipe(
        "reptile-omniglot-5w", "optimization-based", "omniglot", partial(_reptile, 5),
        train=Protocol(5, 10, 0, rotations=True, norm="transductive", steps=5),
        schedule=Schedule(12_000, 5, 1.0, "sgd", decay="linear"),
        validation=Protocol(5, 1, 15, 60, rotations=True, norm="transductive", steps=50),
        targets=norms_and_shots(5, 50, 97.68, 95.39), paper=NICHOL, validate_every=2000,
        paper_trained="100,000 of 10 tasks transductive, 200,000 of 3 inductive",
    ),
    Recipe(
        "reptile-omniglot-20w", "optimization-based", "omniglot", partial(_reptile, 20),
        train=Protocol(20, 10, 0, rotations=True, norm="transductive", steps=10),
        schedule=Schedule(2500, 5, 1.0, "sgd", decay="linear"),
        validation=Protocol(20, 1, 15, 60, rotations=True, norm="transductive", steps=50),
        targets=norms_and_shots(20, 50, 89.43, 88.14),
        paper=NICHOL, paper_trained="200,000 of 3 tasks", validate_every=500,
    ),
    _convex("meta-opt-net-ridge-omniglot", _ridge),
    _convex("meta-opt-net-svm-omniglot", _svm),
)  # fmt: skip
