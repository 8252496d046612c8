"""Optimization-based learners on Omniglot."""

from dataclasses import replace

from torch import nn

from metakit.core import MetaLearner
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Centred, Conv4
from metakit.recipes.base import Recipe, Target, episodes
from metakit.tasks.augment import Affine
from metakit.tasks.base import Protocol
from metakit.train import Schedule

FINN = "Finn et al. 2017, arXiv:1703.03400"


def _maml_5_ways() -> MetaLearner:
    return MAML(Conv4(64), nn.Linear(64, 5), steps=1, rate=2.0)


def _maml_any_ways() -> MetaLearner:
    """Its normalisation keeps the averages that the body came with: nothing depends on the other images."""
    body = Centred(Conv4(64, statistics="stored", pool=True))
    return MAML(body, nn.Linear(64, 1), steps=3, rate=0.003, head_rate=0.8, head_rows="shared")


def both_norms(ways: int, shots: int, steps: int, published: float | None) -> tuple[Target, Target]:
    """Transductive, as most papers measure, and inductive."""
    protocol = episodes(ways, shots, "random", ways, steps)
    return Target(replace(protocol, norm="transductive"), published), Target(protocol)


OPTIMIZATION_BASED = (
    Recipe(
        "maml-omniglot-5w1s", "optimization-based", "omniglot", _maml_5_ways,
        train=Protocol(5, 1, 4, rotations=True, norm="transductive", steps=1),
        schedule=Schedule(20_000, 8, 3e-3, warmup=50, clip=10.0),
        validation=Protocol(5, 1, 15, 300, rotations=True, norm="transductive", steps=3),
        targets=both_norms(5, 1, 3, 98.7), paper=FINN,
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
)  # fmt: skip
