"""Model-based learners on Omniglot."""

from metakit.core import MetaLearner
from metakit.learners.model_based.mann import MANN
from metakit.learners.model_based.meta_networks import MetaNetwork
from metakit.learners.model_based.snail import SNAIL
from metakit.nets.encoders import Conv4
from metakit.recipes.base import Recipe, Target, episodes, few_shot, stream
from metakit.tasks.augment import Affine
from metakit.tasks.base import Protocol
from metakit.train import Schedule

SANTORO = "Santoro et al. 2016, arXiv:1605.06065"
MUNKHDALAI = "Munkhdalai & Yu 2017, arXiv:1703.00837"
MISHRA = "Mishra et al. 2018, arXiv:1707.03141"


TOLD = {1: 36.4, 2: 82.8, 3: 91.0, 4: 92.6, 5: 94.9, 10: 98.1}  # by instance: the paper's table 1
STREAMS = tuple(stream(5, 10, instance, TOLD.get(instance)) for instance in (2, 5, 1, 3, 4, 6, 7, 8, 9, 10))


def _mann() -> MetaLearner:
    return MANN(Conv4(64, statistics="stored", pool=True))


def _meta_networks() -> MetaLearner:
    return MetaNetwork(Conv4(64, statistics="running", pool=True))


def _snail() -> MetaLearner:
    return SNAIL(Conv4(64, statistics="running", pool=True), ways=60, filters=32)


MODEL_BASED = (
    Recipe(
        "mann-omniglot", "model-based", "omniglot", _mann,
        train=Protocol(5, 10, 1, rotations=True),
        schedule=Schedule(1500, 16, 1e-3, warmup=50, clip=10.0),
        validation=Protocol(5, 10, 0, 200, rotations=True, instance=2),
        targets=(*STREAMS, Target(episodes(5, 1, "random", 5)), Target(episodes(5, 5, "random", 5))),
        paper=SANTORO, paper_trained="100,000 episodes", distort=Affine(8, 0.1, 0.1, 0.06),
        warm_start="prototypical-omniglot", validate_every=250,
    ),
    Recipe(
        "meta-networks-omniglot", "model-based", "omniglot", _meta_networks,
        train=Protocol(60, 1, 2, rotations=True),
        schedule=Schedule(4000, 1, 1e-3, warmup=100, clip=10.0),
        mixture=tuple(Protocol(n, k, q, rotations=True) for n, k, q in ((60, 1, 2), (20, 1, 5), (20, 5, 3))),
        validation=Protocol(20, 1, 15, 200, rotations=True),
        targets=few_shot("random", 60, (98.9, None, 97.0, None)), paper=MUNKHDALAI,
        distort=Affine(8, 0.1, 0.1, 0.06), warm_start="prototypical-omniglot",
    ),
    Recipe(
        "snail-omniglot", "model-based", "omniglot", _snail,
        train=Protocol(60, 1, 2, rotations=True),
        schedule=Schedule(3200, 1, 1e-3, warmup=100, clip=10.0),
        mixture=tuple(Protocol(n, k, q, rotations=True) for n, k, q in ((60, 1, 2), (20, 1, 5), (20, 5, 3))),
        validation=Protocol(20, 1, 15, 200, rotations=True),
        targets=few_shot("random", 60, (99.07, 99.78, 97.64, 99.36)), paper=MISHRA,
        distort=Affine(8, 0.1, 0.1, 0.06), warm_start="prototypical-omniglot-pairs",
    ),
)  # fmt: skip
