"""What every comparison needs beside meta-learners: pixels, a network that knows nothing, and ordinary pretraining."""

from dataclasses import replace

from torch import nn

from metakit.core import MetaLearner
from metakit.learners.baselines.fine_tuning import FineTuning
from metakit.learners.baselines.nearest_neighbour import NearestNeighbour
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.recipes.base import Recipe, Target, episodes, few_shot
from metakit.tasks.augment import Affine
from metakit.tasks.base import Protocol
from metakit.train import Schedule

SCRATCH = (
    replace(episodes(5, 1, "random", None, steps=20), norm="transductive"),
    episodes(5, 1, "random", None, steps=20),
    replace(episodes(20, 1, "random", None, steps=20), norm="transductive"),
)
CHEN = "Chen et al. 2019, arXiv:1904.04232"


def _fine_tuning() -> MetaLearner:
    return FineTuning(Conv4(64, statistics="running", pool=True), 64, classes=4400, steps=20, rate=1.0)


def _from_scratch() -> MetaLearner:
    """MAML's network at its random start: nothing is learned but the support set. Validation chose the rate."""
    return MAML(Conv4(64), nn.Linear(64, 1), steps=20, rate=2.0, order=1, head_rows="shared")


BASELINES = (
    Recipe(
        "nearest-neighbour-omniglot", "baseline", "omniglot", NearestNeighbour,
        train=Protocol(5, 1), schedule=Schedule(0), validation=Protocol(20, 1, 15, 200, rotations=True),
        targets=few_shot("random", None), paper="",
    ),
    Recipe(
        "from-scratch-omniglot", "baseline", "omniglot", _from_scratch,
        train=Protocol(5, 1), schedule=Schedule(0), validation=Protocol(20, 1, 15, 200, rotations=True),
        targets=tuple(Target(protocol) for protocol in SCRATCH), paper="",
    ),
    Recipe(
        "fine-tuning-omniglot", "baseline", "omniglot", _fine_tuning,
        train=Protocol(rotations=True), supervised=200, schedule=Schedule(4000, 1, 3e-3, warmup=50),
        validation=Protocol(20, 1, 15, 100, rotations=True),
        targets=few_shot("random", None), paper=CHEN, distort=Affine(8, 0.1, 0.1, 0.06),
    ),
)  # fmt: skip
