"""Model-based learners on Omniglot."""

from metakit.core import MetaLearner
from metakit.learners.model_based.snail import SNAIL
from metakit.nets.encoders import Conv4
from metakit.recipes.base import Recipe, few_shot
from metakit.tasks.augment import Affine
from metakit.tasks.base import Protocol
from metakit.train import Schedule

MISHRA = "Mishra et al. 2018, arXiv:1707.03141"


def _snail() -> MetaLearner:
    return SNAIL(Conv4(64, statistics="running", pool=True), ways=60, filters=32)


MODEL_BASED = (
    Recipe(
        "snail-omniglot", "model-based", "omniglot", _snail,
        train=Protocol(60, 1, 2, rotations=True),
        schedule=Schedule(4800, 1, 1e-3, warmup=100, clip=10.0),
        mixture=tuple(Protocol(n, k, q, rotations=True) for n, k, q in ((60, 1, 2), (20, 1, 5), (20, 5, 3))),
        validation=Protocol(20, 1, 15, 200, rotations=True),
        targets=few_shot("random", 60, (99.07, 99.78, 97.64, 99.36)), paper=MISHRA,
        distort=Affine(8, 0.1, 0.1, 0.06), warm_start="prototypical-omniglot",
    ),
)  # fmt: skip
